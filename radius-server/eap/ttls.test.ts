import { describe, expect, test } from 'vitest'
import { ntHash } from '#core/nt-hash.ts'
import { challengeHash, ntResponse } from '../access/ms-chap.ts'
import { BOB, loginOfBob } from '../testing/login.ts'
import { avp, eapResponse, papAvps } from '../testing/peer.ts'
import { createTtlsPhase2 } from './ttls.ts'
import type { Phase2 } from './tls-method.ts'
import type { TlsTunnel } from './tls-tunnel.ts'

const SEED = Buffer.from('000102030405060708090a0b0c0d0e0f10', 'hex')

function phase2(changes: Parameters<typeof loginOfBob>[0] = {}): Phase2 {
  const tunnel = { exportChallenge: () => SEED, isTls13: true }
  return createTtlsPhase2(tunnel as Partial<TlsTunnel> as TlsTunnel, loginOfBob(changes), null)
}

function microsoft(code: number, value: Buffer): Buffer {
  return avp(code, Buffer.concat([Buffer.from('00000137', 'hex'), value]), 0xc0)
}

/** What a peer says that takes `seed` for the challenge. */
function msChapAvps(seed: Buffer, password: string, identifier = seed.readUInt8(16)): Buffer {
  const [challenge, peer] = [seed.subarray(0, 16), Buffer.alloc(16, 9)]
  const hash = challengeHash(peer, challenge, Buffer.from('bob'))
  const response = ntResponse(hash, ntHash(password))
  const whole = Buffer.concat([Buffer.of(identifier, 0), peer, Buffer.alloc(8), response])
  return Buffer.concat([avp(1, Buffer.from('bob')), microsoft(11, challenge), microsoft(25, whole)])
}

describe('MS-CHAPv2 in AVPs', () => {
  test('is proven back and over when the peer has heard it', async () => {
    const inner = phase2()
    const said = await inner.hear(msChapAvps(SEED, 'hello'))
    const text = said.kind === 'say' ? Buffer.from(said.plain).toString('latin1') : said.kind
    // Code 26 of vendor 311, mandatory, 55 octets: identifier and proof.
    expect(Buffer.from(text, 'latin1').subarray(0, 13).toString('hex')).toBe(
      '0000001ac00000370000013710',
    )
    expect(text.slice(13, 55)).toMatch(/^S=[0-9A-F]{40}$/)
    expect(await inner.turn()).toEqual({
      kind: 'success',
      account: BOB,
      method: 'ttls-mschapv2',
      loginName: 'bob',
    })
  })

  test.each([
    ['a wrong password', msChapAvps(SEED, 'wrong'), 'wrong-password'],
    // As good as a recorded login would be.
    ['a challenge of its own', msChapAvps(Buffer.alloc(17), 'hello'), 'eap-inner-method'],
    ['an identifier of its own', msChapAvps(SEED, 'hello', 0), 'eap-inner-method'],
    [
      'a response that is too short',
      Buffer.concat([
        avp(1, Buffer.from('bob')),
        microsoft(11, SEED.subarray(0, 16)),
        microsoft(25, Buffer.alloc(20)),
      ]),
      'eap-inner-method',
    ],
    [
      'a password beside it',
      Buffer.concat([msChapAvps(SEED, 'hello'), avp(2, Buffer.alloc(16, 1))]),
      'eap-inner-method',
    ],
  ])('is refused with %s', async (_, avps, reason) => {
    const inner = phase2()
    expect(await inner.hear(avps)).toEqual({ kind: 'failure', reason })
    expect((await inner.turn()).kind).toBe('listen')
  })

  test('is refused when the peer says more instead of taking our proof', async () => {
    const inner = phase2()
    await inner.hear(msChapAvps(SEED, 'hello'))
    expect((await inner.hear(papAvps('bob', 'wrong'))).kind).toBe('failure')
  })
})

test('EAP inside is asked with numbers that go on from the peer’s', async () => {
  const inner = phase2({ hasNtHashes: () => false })
  const first = await inner.hear(avp(79, eapResponse(7, 1, Buffer.from('bob'))))
  const request = first.kind === 'say' ? Buffer.from(first.plain) : Buffer.alloc(0)
  expect(request.subarray(0, 13).toString('hex')).toBe('0000004f400000170108000f06')
  expect((await inner.hear(avp(79, eapResponse(7, 6, Buffer.from('hello'))))).kind).toBe('failure')
})

test('EAP inside lets in with the password', async () => {
  const inner = phase2({ hasNtHashes: () => false })
  await inner.hear(avp(79, eapResponse(0, 1, Buffer.from('bob'))))
  expect(await inner.hear(avp(79, eapResponse(1, 6, Buffer.from('hello'))))).toEqual({
    kind: 'success',
    account: BOB,
    method: 'ttls-gtc',
    loginName: 'bob',
  })
})

test('silence is answered with silence until there is something to say', async () => {
  expect(await phase2().turn()).toEqual({ kind: 'listen' })
})
