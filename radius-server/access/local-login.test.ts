import { expect, test } from 'vitest'
import { createGate } from '#core/gate.ts'
import { FREE_ATTEMPT } from '../testing/attempt.ts'
import { createLocalLogin } from './local-login.ts'
import { createVerifiedPasswords } from './verified-passwords.ts'

const BOB = { username: 'bob', passwordHash: 'hash of hello', groups: [], ntHash: null }

function loginWith(limits: { running: number; waiting: number }) {
  const asked: string[] = []
  const login = createLocalLogin({
    accounts: () => new Map([['bob', BOB]]),
    verify: async (phc, password) => {
      asked.push(Buffer.from(password).toString())
      await new Promise((done) => setTimeout(done, 5))
      return phc === `hash of ${Buffer.from(password).toString()}`
    },
    verified: createVerifiedPasswords(Date.now),
    gate: createGate(limits),
    decoyHash: () => 'hash of nothing',
  })
  return {
    asked,
    check: async (password: string) => login.check('bob', Buffer.from(password), FREE_ATTEMPT),
  }
}

test('a hundred logins of one person at once cost one hash, and nobody is turned away', async () => {
  const { asked, check } = loginWith({ running: 1, waiting: 1 })
  const verdicts = await Promise.all(Array.from({ length: 100 }, () => check('hello')))
  expect(verdicts.every(({ ok }) => ok)).toBe(true)
  expect(asked).toEqual(['hello'])
})

test('different passwords are different checks, and past the limits it says overloaded', async () => {
  const { asked, check } = loginWith({ running: 1, waiting: 1 })
  const verdicts = await Promise.all(['hello', 'wrong', 'third'].map((password) => check(password)))
  expect(verdicts).toEqual([
    { ok: true, account: BOB },
    { ok: false, reason: 'wrong-password' },
    { ok: false, reason: 'overloaded' },
  ])
  expect(asked).toEqual(['hello', 'wrong'])
  // What was turned away was not remembered as wrong.
  expect(await check('third')).toEqual({ ok: false, reason: 'wrong-password' })
})
