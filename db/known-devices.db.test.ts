import { expect, test } from 'vitest'
import { openTestDatabase } from '../test/support/database.ts'
import { testSeal } from '../test/support/house.ts'
import {
  deleteForgottenDevices,
  findKnownDevices,
  knownDevice,
  saveKnownDevices,
} from './known-devices.ts'

const one = (account: string, device: string) => knownDevice(testSeal, account, device)
const hex = (all: readonly Uint8Array[]) => all.map((bytes) => Buffer.from(bytes).toString('hex'))

test('devices are found by their account for 30 days since their last login, the latest first', async () => {
  await using database = await openTestDatabase()
  const radius = database.as('radius')
  const [phone, laptop] = [one('alice', 'phone'), one('alice', 'laptop')]
  await saveKnownDevices(radius, [phone, laptop, one('bob', 'phone')], '2026-11-01')
  // Two processes at once, and one whose day is not over yet.
  await Promise.all([
    saveKnownDevices(radius, [phone], '2026-11-20'),
    saveKnownDevices(database.as('radius'), [phone], '2026-11-19'),
  ])
  const found = (day: string) => findKnownDevices(radius, phone.account, day)
  expect(hex(await found('2026-11-20'))).toEqual(hex([phone.device, laptop.device]))
  expect(hex(await found('2026-12-01'))).toEqual(hex([phone.device]))
  await deleteForgottenDevices(radius, '2026-12-01')
  expect(await database.sql`select 1 from staff.known_device`).toHaveLength(1)
})

test('the table names neither account nor device, and does not tell that two accounts share one', () => {
  const [alice, bob] = [one('alice', 'phone'), one('bob', 'phone')]
  expect(hex([alice.device])).not.toEqual(hex([bob.device]))
  expect(hex([alice.account])).not.toEqual(hex([bob.account]))
  expect(hex([one('alice', 'phone').device])).toEqual(hex([alice.device]))
  expect(alice.account).toHaveLength(16)
})
