import { expect, test } from 'vitest'
import { testSeal } from '../test/support/house.ts'
import { openTestDatabase } from '../test/support/database.ts'
import { getOrCreateCertificate } from './certificates.ts'

test('a certificate that is there is read without a write, which would announce a change to who reads it', async () => {
  await using database = await openTestDatabase()
  let made = 0
  const look = () =>
    getOrCreateCertificate(database.as('radius'), testSeal, 'test', () => {
      made += 1
      return Promise.resolve({ chainPem: 'chain', keyPem: 'key', caPem: 'ca' })
    })
  await Promise.all([look(), look()])
  const version = async (): Promise<unknown> =>
    (await database.sql`select xmin, ctid from staff.certificate where name = 'test'`)[0]
  const before = await version()
  expect(await look()).toEqual({ chainPem: 'chain', keyPem: 'key', caPem: 'ca' })
  expect(await version()).toEqual(before)
  expect(made).toBe(1)
})
