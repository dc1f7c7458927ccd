import { expect, test } from 'vitest'
import { BOB, loginOfBob } from '../testing/login.ts'
import { EAP_TYPE } from './eap-packet.ts'
import { createPeapPhase2 } from './peap.ts'
import type { Phase2, Say } from './tls-method.ts'

const RESUMED = { username: 'bob', method: 'peap-mschapv2' } as const
const ACCEPTED = Buffer.from('0201000b21800300020001', 'hex')
const REFUSED = Buffer.from('0201000b21800300020002', 'hex')

function gtcOnly(changes: Parameters<typeof loginOfBob>[0] = {}): Phase2 {
  return createPeapPhase2(loginOfBob({ hasNtHashes: () => false, ...changes }), null)
}

function hex(say: Say): string {
  return say.kind === 'say' ? Buffer.from(say.plain).toString('hex') : say.kind
}

async function withPassword(phase2: Phase2, password: string): Promise<Say> {
  await phase2.turn()
  await phase2.hear(Buffer.from('\u0001bob'))
  return phase2.hear(Buffer.concat([Buffer.of(EAP_TYPE.GTC), Buffer.from(password)]))
}

test('asks who is there in one octet, without a header', async () => {
  expect(hex(await gtcOnly().turn())).toBe('01')
})

test('lets in after both have said that it went well', async () => {
  const phase2 = gtcOnly()
  const result = await withPassword(phase2, 'hello')
  // The example of the protocol's own text, but for the identifier.
  expect(hex(result)).toBe('0101000b21800300020001')
  expect(await phase2.hear(ACCEPTED)).toEqual({
    kind: 'success',
    account: BOB,
    method: 'peap-gtc',
    loginName: 'bob',
  })
})

test('a wrong password is told inside, and no answer makes it right', async () => {
  for (const answer of [ACCEPTED, REFUSED]) {
    const phase2 = gtcOnly()
    expect(hex(await withPassword(phase2, 'wrong'))).toBe('0101000b21800300020002')
    expect(await phase2.hear(answer)).toEqual({ kind: 'failure', reason: 'wrong-password' })
  }
})

test('a result that was not asked for is refused', async () => {
  const phase2 = gtcOnly()
  await phase2.turn()
  expect(await phase2.hear(ACCEPTED)).toEqual({ kind: 'failure', reason: 'eap-inner-method' })
})

test('a peer that refuses the result, or sends none, is not let in', async () => {
  for (const answer of [REFUSED, Buffer.of(33), Buffer.from('21800300', 'hex'), Buffer.of(6, 1)]) {
    const phase2 = gtcOnly()
    await withPassword(phase2, 'hello')
    expect((await phase2.hear(answer)).kind).toBe('failure')
  }
})

test('takes a packet with the header that it should not have', async () => {
  const phase2 = gtcOnly()
  await phase2.turn()
  const said = await phase2.hear(Buffer.from('0200000801626f62', 'hex'))
  expect(hex(said).slice(0, 2)).toBe('06')
})

test('a resumed session needs only the result', async () => {
  const phase2 = createPeapPhase2(loginOfBob(), RESUMED)
  expect(hex(await phase2.turn())).toBe('0101000b21800300020001')
  expect(await phase2.hear(ACCEPTED)).toEqual({
    kind: 'success',
    account: BOB,
    method: 'peap-mschapv2',
    loginName: 'bob',
  })
})

test('a peer that will not be let in by an old session may say who it is, once', async () => {
  const phase2 = createPeapPhase2(loginOfBob({ hasNtHashes: () => false }), RESUMED)
  await phase2.turn()
  expect(hex(await phase2.hear(REFUSED))).toBe('01')
  await phase2.hear(Buffer.from('\u0001bob'))
  const result = await phase2.hear(Buffer.concat([Buffer.of(6), Buffer.from('hello')]))
  expect(hex(result)).toBe('0102000b21800300020001')
  expect((await phase2.hear(REFUSED)).kind).toBe('failure')
})

test('an account that is gone is told so inside, also when it is resumed', async () => {
  const gone = loginOfBob({ standing: () => ({ ok: false, reason: 'unknown-account' }) })
  const phase2 = createPeapPhase2(gone, RESUMED)
  expect(hex(await phase2.turn())).toBe('0101000b21800300020002')
  expect(await phase2.hear(ACCEPTED)).toEqual({ kind: 'failure', reason: 'unknown-account' })
})
