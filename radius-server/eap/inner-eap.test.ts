import { describe, expect, test } from 'vitest'
import { ntHash } from '#core/nt-hash.ts'
import { challengeHash, ntResponse } from '../access/ms-chap.ts'
import { BOB, loginOfBob } from '../testing/login.ts'
import { EAP_TYPE } from './eap-packet.ts'
import { createInnerEap } from './inner-eap.ts'
import type { InnerAnswer, InnerEap } from './inner-eap.ts'

/** The peer's answer to an MS-CHAPv2 challenge request. */
function respond(request: Uint8Array, name: string, password: string): Buffer {
  const challenge = request.subarray(5, 21)
  const peer = Buffer.alloc(16, 7)
  const response = ntResponse(challengeHash(peer, challenge, Buffer.from(name)), ntHash(password))
  const value = Buffer.concat([Buffer.of(49), peer, Buffer.alloc(8), response, Buffer.of(0)])
  const length = 4 + value.length + name.length
  return Buffer.concat([Buffer.of(2, 1, 0, length), value, Buffer.from(name)])
}

async function asked(
  inner: InnerEap,
  name: string,
): Promise<Extract<InnerAnswer, { kind: 'ask' }>> {
  const answer = await inner.respond(EAP_TYPE.Identity, Buffer.from(name))
  if (answer.kind !== 'ask') throw new Error(`it said ${answer.kind}`)
  return answer
}

describe('MS-CHAPv2 inside the tunnel', () => {
  test('lets in who knows the password and accepts the server’s proof', async () => {
    const inner = createInnerEap(loginOfBob())
    const request = await asked(inner, 'bob')
    expect(request.type).toBe(EAP_TYPE.MSCHAPv2)
    const proof = await inner.respond(26, respond(request.data, 'bob', 'hello'))
    expect(proof.kind).toBe('ask')
    expect('data' in proof && Buffer.from(proof.data).toString('latin1', 4)).toMatch(
      /^S=[0-9A-F]{40} /,
    )
    expect(await inner.respond(26, Buffer.of(3))).toEqual({
      kind: 'success',
      account: BOB,
      inner: 'mschapv2',
      loginName: 'bob',
    })
  })

  test.each([
    ['a wrong password', 'bob', 'wrong', 'wrong-password'],
    ['a name that nobody has', 'eve', 'hello', 'unknown-account'],
  ])('refuses %s', async (_, name, password, reason) => {
    const inner = createInnerEap(loginOfBob())
    const request = await asked(inner, name)
    expect(await inner.respond(26, respond(request.data, name, password))).toEqual({
      kind: 'failure',
      reason,
    })
  })

  test('is not over before the peer has accepted our proof', async () => {
    const inner = createInnerEap(loginOfBob())
    const request = await asked(inner, 'bob')
    await inner.respond(26, respond(request.data, 'bob', 'hello'))
    expect((await inner.respond(26, Buffer.of(4))).kind).toBe('failure')
  })

  test('refuses a success that answers nothing, and what is too short', async () => {
    for (const data of [Buffer.of(3), Buffer.of(), Buffer.of(2, 1, 0, 9, 49, 1, 2)]) {
      const inner = createInnerEap(loginOfBob())
      await asked(inner, 'bob')
      expect(await inner.respond(26, data)).toEqual({ kind: 'failure', reason: 'eap-inner-method' })
    }
  })

  test('takes another challenge for each peer', async () => {
    const [one, two] = [createInnerEap(loginOfBob()), createInnerEap(loginOfBob())]
    const first = await asked(one, 'bob')
    await asked(two, 'bob')
    expect((await two.respond(26, respond(first.data, 'bob', 'hello'))).kind).toBe('failure')
  })
})

describe('the choice', () => {
  test('is GTC for a peer that refuses MS-CHAPv2, and it may refuse only once', async () => {
    const inner = createInnerEap(loginOfBob())
    await asked(inner, 'bob')
    expect(await inner.respond(EAP_TYPE.Nak, Buffer.of(4, 6))).toMatchObject({ type: EAP_TYPE.GTC })
    expect(await inner.respond(EAP_TYPE.Nak, Buffer.of(26))).toEqual({
      kind: 'failure',
      reason: 'eap-inner-method',
    })
  })

  test('begins with GTC where no account could be let in otherwise', async () => {
    const inner = createInnerEap(loginOfBob({ hasNtHashes: () => false }))
    expect((await asked(inner, 'bob')).type).toBe(EAP_TYPE.GTC)
    expect(await inner.respond(EAP_TYPE.GTC, Buffer.from('hello'))).toMatchObject({
      kind: 'success',
      inner: 'gtc',
    })
  })

  test('is the same whether the name is known or not', async () => {
    const types = await Promise.all(
      ['bob', 'eve'].map(async (name) => (await asked(createInnerEap(loginOfBob()), name)).type),
    )
    expect(new Set(types).size).toBe(1)
  })

  test('is not reopened after the peer has begun', async () => {
    const inner = createInnerEap(loginOfBob())
    const request = await asked(inner, 'bob')
    await inner.respond(26, respond(request.data, 'bob', 'hello'))
    expect((await inner.respond(EAP_TYPE.Nak, Buffer.of(6))).kind).toBe('failure')
  })
})

test('a password that cannot be checked now may come again', async () => {
  let isFull = true
  const inner = createInnerEap(
    loginOfBob({
      hasNtHashes: () => false,
      check: () => (isFull ? { ok: false, reason: 'overloaded' } : { ok: true, account: BOB }),
    }),
  )
  await asked(inner, 'bob')
  expect(await inner.respond(EAP_TYPE.GTC, Buffer.from('hello'))).toEqual({ kind: 'overloaded' })
  isFull = false
  expect((await inner.respond(EAP_TYPE.GTC, Buffer.from('hello'))).kind).toBe('success')
})
