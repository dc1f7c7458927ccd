import { randomBytes } from 'node:crypto'
import type { Clock } from '#core/clock.ts'
import type { Gate } from '#core/gate.ts'
import { hashPassword, verifyPassword } from '#core/password.ts'
import type { Seal } from '#core/seal.ts'
import { findAccount } from '#db/accounts.ts'
import type { Database } from '#db/connection.ts'
import { addPasskey, listPasskeys, removePasskey, takePasskey } from '#db/passkeys.ts'
import {
  enrolSecondFactor,
  findSecondFactor,
  takeRecoveryCode,
  takeStep,
} from '#db/second-factors.ts'
import type { AskDatabase } from '../ask-database.ts'
import type { LocalAccounts } from './staff-services.ts'

export function createLocalAccounts(deps: {
  readonly database: Database
  readonly seal: Seal
  readonly ask: AskDatabase
  /** Of all that hashes passwords: each takes 19 MiB. */
  readonly gate: Gate
  readonly clock: Clock
}): LocalAccounts {
  const { database, seal, ask, gate, clock } = deps
  // Of a password that nobody has: a name that nobody has takes as long as one that somebody has.
  let nobody: Promise<string> | null = null
  const account = (username: string): ReturnType<typeof findAccount> =>
    ask(() => findAccount(database, username))

  return {
    exists: async (username) => (await account(username)) !== null,
    async check(username, password) {
      const found = await account(username)
      nobody ??= hashPassword(randomBytes(32).toString('hex'))
      const hash = found?.passwordHash ?? (await nobody)
      const checking = gate.run(() => verifyPassword(hash, password))
      if (checking === null) return { ok: false, reason: 'busy' }
      const isRight = await checking
      if (!isRight || found === null) return { ok: false, reason: 'wrong' }
      return { ok: true, groups: found.groups }
    },
    groupsOf: async (username) => (await account(username))?.groups ?? null,
    secondFactor: (username) => ask(() => findSecondFactor(database, seal, username)),
    enrol: (enrolled) =>
      ask(() => enrolSecondFactor(database, seal, { ...enrolled, at: new Date(clock()) })),
    takeStep: (username, step) => ask(() => takeStep(database, username, step)),
    takeRecoveryCode: (username, code) =>
      ask(() => takeRecoveryCode(database, seal, username, code)),
    passkeys: (username) => ask(() => listPasskeys(database, username)),
    addPasskey: (passkey) => ask(() => addPasskey(database, { ...passkey, at: new Date(clock()) })),
    takePasskey: (shown) => ask(() => takePasskey(database, { ...shown, at: new Date(clock()) })),
    removePasskey: (passkey) => ask(() => removePasskey(database, passkey)),
  }
}
