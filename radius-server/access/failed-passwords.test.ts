import { beforeEach, describe, expect, test } from 'vitest'
import { parseLoginName } from '#core/ldap/login-name.ts'
import type { DirectoryVerdict } from '#core/ldap/verdict.ts'
import { ATTRIBUTE, CODE } from '../dictionary.ts'
import { randomRequest } from '../testing/gateway.ts'
import { account, createTestServer, gateway } from '../testing/server.ts'
import type { TestServer } from '../testing/server.ts'
import { knownAlone, origin } from '../testing/attempt.ts'
import { BINDING, GUESSING, createBackOff } from './back-off.ts'
import { createStaffLogin } from './staff-login.ts'

const PHONE = 'aa-bb-cc-dd-ee-01'
const STRANGER = 'aa-bb-cc-dd-ee-66'
const GUESSES = 30

describe('a local account', () => {
  let server: TestServer
  let identifier = 0
  beforeEach(async () => {
    server = await createTestServer({
      accounts: [await account('bob', 'hello'), await account('alice', 'wonderland')],
    })
    server.house.gateways = [gateway(), gateway({ name: 'gw-2', address: '127.0.0.2/32' })]
  })

  async function pap(name: string, password: string, station: string, from?: string) {
    identifier = (identifier + 1) & 0xff
    const request = randomRequest({
      code: CODE['Access-Request'],
      identifier,
      attributes: [
        [ATTRIBUTE['User-Name'], name],
        [ATTRIBUTE['User-Password'], password],
        [ATTRIBUTE['Calling-Station-Id'], station],
      ],
    })
    return (await server.ask('authentication', request, from))?.code
  }

  async function guess(name: string, station: (i: number) => string): Promise<void> {
    for (let i = 0; i < GUESSES; i += 1) await pap(name, `guess ${i}`, station(i))
  }

  test('that is guessed at is held for that device alone; the place goes on', async () => {
    await guess('bob', () => STRANGER)
    expect(server.metrics.rejects['too-many-failures'].value).toBeGreaterThan(GUESSES / 2)
    expect(await pap('bob', 'hello', STRANGER)).toBe(CODE['Access-Reject'])
    expect(await pap('bob', 'hello', PHONE)).toBe(CODE['Access-Accept'])
    expect(await pap('alice', 'wonderland', STRANGER)).toBe(CODE['Access-Accept'])
  })

  test('that many strangers guess at still lets in the device that it came from, at any place', async () => {
    await pap('bob', 'hello', PHONE)
    await guess('bob', (i) => `02-00-00-00-00-${String(i).padStart(2, '0')}`)
    expect(await pap('bob', 'hello', PHONE, '127.0.0.2')).toBe(CODE['Access-Accept'])
    // Also when its password is hashed anew: it was changed.
    const changed = await account('bob', 'changed')
    server.house.accounts = new Map([['bob', changed]])
    expect(await pap('bob', 'changed', PHONE)).toBe(CODE['Access-Accept'])
    // Another device waits.
    const before = server.metrics.rejects['too-many-failures'].value
    expect(await pap('bob', 'changed again', 'aa-bb-cc-dd-ee-09')).toBe(CODE['Access-Reject'])
    expect(server.metrics.rejects['too-many-failures'].value).toBe(before + 1)
    server.house.now += GUESSING.account.longestMs
    expect(await pap('bob', 'changed', 'aa-bb-cc-dd-ee-09')).toBe(CODE['Access-Accept'])
  })

  test('lets its device in with the right password though a stranger guesses under its address', async () => {
    await pap('bob', 'hello', PHONE)
    await guess('bob', () => PHONE)
    expect(await pap('bob', 'hello', PHONE)).toBe(CODE['Access-Accept'])
  })

  test('is not held for one wrong password that a phone repeats for hours', async () => {
    for (let i = 0; i < GUESSING.pair.free - 1; i += 1) await pap('bob', 'old', PHONE)
    expect(server.metrics.rejects['too-many-failures'].value).toBe(0)
    expect(await pap('bob', 'hello', PHONE)).toBe(CODE['Access-Accept'])
  })
})

describe('an account of a directory', () => {
  function house(answer: (password: string) => DirectoryVerdict) {
    const asked: string[] = []
    const state = { now: 1_000_000 }
    const clock = (): number => state.now
    const known = knownAlone(clock)
    const login = createStaffLogin({
      accounts: () => new Map(),
      people: () => null,
      local: { check: () => ({ ok: false, reason: 'unknown-account' }) },
      directories: {
        haveNtHashes: () => false,
        forRealm: () => ({
          name: 'national',
          check: (_, password, attempt) => {
            const refusal = attempt.begin()
            if (refusal !== null) return { ok: false, reason: refusal }
            asked.push(Buffer.from(password).toString())
            const verdict = answer(Buffer.from(password).toString())
            attempt.end(verdict.ok ? 'right' : 'wrong')
            return verdict
          },
          standing: () => ({ ok: false, reason: 'unknown-account' }),
          ntHashOf: (name) =>
            Promise.resolve({
              ok: true,
              user: { username: parseLoginName(name.text).user, groups: [] },
              ntHash: new Uint8Array(16),
            }),
        }),
      },
      guessing: createBackOff(GUESSING, known, clock),
      binding: createBackOff(BINDING, known, clock),
    })
    return { asked, state, login }
  }
  const refuse = (): DirectoryVerdict => ({ ok: false, reason: 'wrong-password' })

  test('is asked about far fewer times than locks it, in whatever way its name is written', async () => {
    const { asked, login } = house(refuse)
    const spellings = ['alice', 'ALICE', 'alice@restos.example', 'RESTOS\\alice']
    for (let i = 0; i < 100; i += 1) {
      const name = spellings[i % spellings.length] ?? ''
      await login.check(name, Buffer.from(`guess ${i}`), origin(`stranger ${i}`))
    }
    expect(asked).toHaveLength(BINDING.account.free)
    expect(await login.check('alice', Buffer.from('x'), origin('new'))).toEqual({
      ok: false,
      reason: 'too-many-failures',
    })
    expect(await login.check('bob', Buffer.from('x'), origin('stranger 1'))).toEqual(refuse())
  })

  test('gives no NT hash to compare guesses with while it is held', async () => {
    const { login } = house(refuse)
    const stranger = login.from(origin('stranger'))
    for (let i = 0; i < GUESSING.pair.free; i += 1) {
      expect(await stranger.ntHashOf('alice')).toMatchObject({ ok: true })
      stranger.compared('alice', false)
    }
    expect(await stranger.ntHashOf('alice')).toEqual({ ok: false, reason: 'too-many-failures' })
    expect(await login.from(origin('hers')).ntHashOf('alice')).toMatchObject({ ok: true })
  })
})
