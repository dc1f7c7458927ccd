import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { parseLoginName } from '#core/ldap/login-name.ts'
import type { DirectoryVerdict } from '#core/ldap/verdict.ts'
import { createMetrics } from '#core/metrics.ts'
import { createGate } from '#core/gate.ts'
import { LoginTrace } from '../login-trace.ts'
import { FREE_ATTEMPT } from '../testing/attempt.ts'
import {
  MEMORY_USES,
  REMEMBERED_LIMITS,
  createRememberedDirectory,
} from './remembered-directory.ts'
import { createVerifiedPasswords } from './verified-passwords.ts'

const HOUR = 3_600_000
const STALE = REMEMBERED_LIMITS.freshMs
const AWAY: DirectoryVerdict = { ok: false, reason: 'directory-unavailable' }
const WRONG: DirectoryVerdict = { ok: false, reason: 'wrong-password' }
const DISABLED: DirectoryVerdict = { ok: false, reason: 'account-disabled' }
const alice = (...groups: string[]): DirectoryVerdict => ({
  ok: true,
  user: { username: 'alice', groups },
})

/** A directory that says what the test says; `patience` ends when the test calls it. */
function house(options: { lastGoodMs?: number } = {}) {
  const state = {
    now: 0,
    login: (): Promise<DirectoryVerdict> => Promise.resolve(alice('staff')),
    standing: (): Promise<DirectoryVerdict> => Promise.resolve(alice('staff')),
    attempt: FREE_ATTEMPT,
    asked: 0,
    hashed: 0,
    patience: Promise.withResolvers<null>(),
  }
  const metrics = createMetrics()
  const clock = (): number => state.now
  const uses = metrics.counters('uses', 'x', 'use', MEMORY_USES)
  const verified = createVerifiedPasswords(clock)
  const directory = createRememberedDirectory(
    {
      login: () => {
        state.asked += 1
        return state.login()
      },
      standing: () => state.standing(),
      ntHashOf: () => Promise.resolve({ ok: false, reason: 'no-nt-hash' }),
    },
    { name: 'test', lastGoodMs: options.lastGoodMs ?? 8 * HOUR },
    {
      verified,
      gate: createGate({ running: 1, waiting: 8 }),
      hash: (password) => {
        state.hashed += 1
        return Promise.resolve(`hash of ${password}`)
      },
      verify: (phc, password) =>
        Promise.resolve(phc === `hash of ${Buffer.from(password).toString()}`),
      uses,
      clock,
      sleep: () => state.patience.promise,
    },
  )
  return {
    state,
    uses,
    directory,
    check: async (password = 'wonderland', name = 'alice') => {
      const verdict = await directory.check(
        parseLoginName(name),
        Buffer.from(password),
        state.attempt,
      )
      // What is remembered is hashed after the answer.
      for (let i = 0; i < 5; i += 1) await turn()
      return verdict
    },
    standing: async () => directory.standing(parseLoginName('alice')),
  }
}

describe('a short while after a login', () => {
  test('the same password is not asked again; another is, and so is the same later', async () => {
    const { state, check } = house()
    expect(await check()).toEqual(alice('staff'))
    state.now = STALE - 1
    expect(await check()).toEqual(alice('staff'))
    expect(await check('wonderland', 'ALICE')).toEqual(alice('staff'))
    expect(state.asked).toBe(1)
    await check('other')
    expect(state.asked).toBe(2)
    state.now = STALE
    await check()
    expect(state.asked).toBe(3)
  })

  test('a password is hashed when it is new, and not each time it is asked about', async () => {
    const { state, check } = house()
    for (let i = 0; i < 4; i += 1) {
      await check()
      state.now += STALE
    }
    expect([state.asked, state.hashed]).toEqual([4, 1])
  })

  test('ten devices of one person at once are one question', async () => {
    const { state, check } = house()
    const verdicts = await Promise.all(Array.from({ length: 10 }, () => check()))
    expect(verdicts.every(({ ok }) => ok)).toBe(true)
    expect(state.asked).toBe(1)
  })

  test('nothing is remembered where the declaration says 0', async () => {
    const { state, check, directory } = house({ lastGoodMs: 0 })
    await check()
    await check()
    expect([state.asked, state.hashed, directory.people]).toEqual([2, 0, 0])
    state.login = () => Promise.resolve(AWAY)
    expect(await check()).toEqual(AWAY)
  })
})

describe('while the directory is away', () => {
  test.each(['directory-unavailable', 'directory-busy'] as const)(
    '(%s) who was let in before comes in with the groups of then, within the declared time',
    async (reason) => {
      const { state, check, uses } = house({ lastGoodMs: 2 * HOUR })
      await check()
      state.login = () => Promise.resolve({ ok: false, reason })
      state.now = 2 * HOUR - 1
      expect(await check()).toEqual(alice('staff'))
      expect(uses['last-good'].value).toBe(1)
      state.now = 2 * HOUR
      expect(await check()).toEqual({ ok: false, reason })
    },
  )

  test('coming in from memory does not make the time longer', async () => {
    const { state, check } = house({ lastGoodMs: 2 * HOUR })
    await check()
    state.login = () => Promise.resolve(AWAY)
    for (state.now = STALE; state.now < 2 * HOUR; state.now += STALE) await check()
    expect(await check()).toEqual(AWAY)
  })

  test('another password does not come in, and is not called wrong: nobody said so', async () => {
    const { state, check } = house()
    await check()
    state.login = () => Promise.resolve(AWAY)
    expect(await check('guess')).toEqual(AWAY)
    expect(await check()).toEqual(alice('staff'))
  })

  test('the password is checked anew where its check was forgotten meanwhile', async () => {
    const { state, check } = house({ lastGoodMs: 20 * HOUR })
    await check()
    state.login = () => Promise.resolve(AWAY)
    // Longer than a checked password is remembered.
    state.now = 13 * HOUR
    expect(await check()).toEqual(alice('staff'))
    expect(await check('guess')).toEqual(AWAY)
  })

  test('who never came in does not', async () => {
    const { state, check } = house()
    state.login = () => Promise.resolve(AWAY)
    expect(await check()).toEqual(AWAY)
  })
})

describe('while the directory is slow', () => {
  test('who is remembered does not wait for it, and what it says in the end counts', async () => {
    const { state, check } = house()
    await check()
    state.now = STALE
    const answer = Promise.withResolvers<DirectoryVerdict>()
    state.login = () => answer.promise
    state.patience.resolve(null)
    expect(await check()).toEqual(alice('staff'))
    answer.resolve(DISABLED)
    await turn()
    state.login = () => Promise.resolve(AWAY)
    expect(await check()).toEqual(AWAY)
  })

  test('who is not remembered waits for it', async () => {
    const { state, check } = house()
    const answer = Promise.withResolvers<DirectoryVerdict>()
    state.login = () => answer.promise
    state.patience.resolve(null)
    const waiting = check()
    answer.resolve(alice('night'))
    expect(await waiting).toEqual(alice('night'))
  })

  test('a changed password that it refuses at last is refused from then on', async () => {
    const { state, check } = house()
    await check()
    state.now = STALE
    state.login = () => Promise.resolve(WRONG)
    expect(await check()).toEqual(WRONG)
    state.login = () => Promise.resolve(AWAY)
    state.now += HOUR
    expect(await check()).toEqual(AWAY)
  })
})

describe('what the directory says', () => {
  test.each(['account-disabled', 'account-locked', 'account-expired', 'unknown-account'] as const)(
    '%s ends what is remembered at once',
    async (reason) => {
      const { state, check, directory } = house()
      await check()
      state.now = STALE
      state.login = () => Promise.resolve({ ok: false, reason })
      expect(await check()).toEqual({ ok: false, reason })
      expect(directory.people).toBe(0)
    },
  )

  test('a guess of somebody else does not make the owner forgotten', async () => {
    const { state, check } = house()
    await check()
    state.login = () => Promise.resolve(WRONG)
    await check('guess')
    state.login = () => Promise.resolve(AWAY)
    state.now = STALE
    expect(await check()).toEqual(alice('staff'))
  })

  test('the same wrong password is asked after 2, 6, 14 and 30 minutes, so that no account is locked', async () => {
    const { state, check } = house()
    state.login = () => Promise.resolve(WRONG)
    const asked: number[] = []
    for (let minute = 0; minute <= 30; minute += 1) {
      state.now = minute * 60_000
      const before = state.asked
      expect(await check('last-month')).toEqual(WRONG)
      if (state.asked > before) asked.push(minute)
    }
    expect(asked).toEqual([0, 2, 6, 14, 30])
    // The right one is asked at once.
    state.login = () => Promise.resolve(alice('staff'))
    expect(await check()).toEqual(alice('staff'))
  })
})

describe('a resumed session', () => {
  test('is told the groups of now, and that the account was switched off', async () => {
    const { state, check, standing } = house()
    await check()
    state.now = STALE
    state.standing = () => Promise.resolve(alice('night'))
    expect(await standing()).toEqual(alice('night'))
    state.now = 2 * STALE
    state.standing = () => Promise.resolve(DISABLED)
    expect(await standing()).toEqual(DISABLED)
    state.standing = () => Promise.resolve(AWAY)
    expect(await standing()).toEqual(AWAY)
  })

  test('does not make a password last longer than the directory confirmed it', async () => {
    const { state, check, standing } = house({ lastGoodMs: HOUR })
    await check()
    for (let i = 1; i < 6; i += 1) {
      state.now = i * STALE
      await standing()
    }
    state.now = HOUR
    state.login = () => Promise.resolve(AWAY)
    expect(await check()).toEqual(AWAY)
  })
})

test('the bytes of a password may be used for something else while the directory is asked', async () => {
  const { state, directory } = house()
  const answer = Promise.withResolvers<DirectoryVerdict>()
  state.login = () => answer.promise
  const password = Buffer.from('wonderland')
  const asking = directory.check(parseLoginName('alice'), password, FREE_ATTEMPT)
  password.fill(0)
  answer.resolve(alice('staff'))
  expect(await asking).toEqual(alice('staff'))
  for (let i = 0; i < 5; i += 1) await turn()
  state.login = () => Promise.resolve(AWAY)
  const again = await directory.check(
    parseLoginName('alice'),
    Buffer.from('wonderland'),
    FREE_ATTEMPT,
  )
  expect(again).toEqual(alice('staff'))
})

describe('a trace of the login says', () => {
  const traced = async (
    { directory }: Pick<ReturnType<typeof house>, 'directory'>,
    password = 'wonderland',
  ): Promise<readonly unknown[]> => {
    const trace = new LoginTrace('pap', 'alice')
    await directory.check(parseLoginName('alice'), Buffer.from(password), FREE_ATTEMPT, trace)
    for (let i = 0; i < 5; i += 1) await turn()
    return [trace.answerer, trace.directory, trace.isKnown]
  }

  test('whether the directory was asked, had been asked before, or did not answer', async () => {
    const one = house()
    expect(await traced(one)).toEqual(['directory', 'test', true])
    expect(await traced(one)).toEqual(['memory', 'test', true])
    one.state.now = STALE
    one.state.login = () => Promise.resolve(AWAY)
    expect(await traced(one)).toEqual(['last-good', 'test', true])
    expect(await traced(one, 'other')).toEqual(['directory', 'test', false])
    one.state.login = () => Promise.resolve(WRONG)
    expect(await traced(one, 'other')).toEqual(['directory', 'test', true])
    expect(await traced(one, 'other')).toEqual(['memory', 'test', true])
  })

  test('that nobody has the name, so that it is not kept', async () => {
    const one = house()
    one.state.login = () => Promise.resolve({ ok: false, reason: 'unknown-account' })
    expect(await traced(one)).toEqual(['directory', 'test', false])
  })

  test('the same of somebody who comes back without a password', async () => {
    const one = house()
    const trace = new LoginTrace('ttls', 'alice')
    const standing = async (): Promise<unknown> => {
      await one.directory.standing(parseLoginName('alice'), trace)
      return trace.answerer
    }
    expect(await standing()).toBe('directory')
    await one.check()
    expect(await standing()).toBe('memory')
    one.state.now = STALE
    one.state.standing = () => Promise.resolve(AWAY)
    expect(await standing()).toBe('last-good')
  })
})
