import { timingSafeEqual } from 'node:crypto'
import { MS_CHAP } from '../access/ms-chap.ts'
import { checkMsChap } from '../access/ms-chap-login.ts'
import type { StaffAccount, StaffLogin } from '../access/staff-login.ts'
import { decodeText } from '../attributes.ts'
import { withoutPadding } from '../obfuscation.ts'
import type { Method } from '../request.ts'
import { eapRequest, parseEapResponse } from './eap-packet.ts'
import { createInnerEap } from './inner-eap.ts'
import type { InnerAnswer } from './inner-eap.ts'
import type { Phase2, ResumedLogin, Say } from './tls-method.ts'
import type { TlsTunnel } from './tls-tunnel.ts'
import { eapAvp, msChap2SuccessAvp, readInnerAvps } from './ttls-avp.ts'

/** The challenge of MS-CHAPv2 and its identifier (RFC 5281 §11.2.4). */
const MS_CHAP_SEED_BYTES = MS_CHAP.challengeBytes + 1
/** Identifier, flags, peer challenge, eight reserved octets, NT response (RFC 2548 §2.3.2). */
const MS_CHAP2_RESPONSE_BYTES = 50

/** The protected success indication of a resumed session over TLS 1.3 (RFC 9427 §3). */
const COMMITMENT = Buffer.of(0)

/** EAP-TTLS (RFC 5281): what the peer says inside is AVPs, and it speaks first. */
export function createTtlsPhase2(
  tunnel: TlsTunnel,
  login: StaffLogin,
  resumed: ResumedLogin | null,
): Phase2 {
  const inner = createInnerEap(login)
  /** Kept until the peer has seen our proof. */
  let proven: Extract<Say, { kind: 'success' }> | null = null
  let asked: number | null = null

  async function byPassword(username: Uint8Array, password: Uint8Array): Promise<Say> {
    const verdict = await login.check(decodeText(username), withoutPadding(password))
    if (verdict.ok) return success(verdict.account, 'ttls-pap', username)
    return verdict.reason === 'overloaded' ? { kind: 'overloaded' } : failure(verdict.reason)
  }

  async function byMsChap(
    username: Uint8Array,
    challenge: Uint8Array,
    response: Uint8Array,
  ): Promise<Say> {
    if (response.length !== MS_CHAP2_RESPONSE_BYTES) return failure('eap-inner-method')
    // Neither side may choose it: a response recorded elsewhere would be as good (§11.1).
    const seed = tunnel.exportChallenge(MS_CHAP_SEED_BYTES)
    const identifier = response[0] ?? 0
    const claimed = Buffer.concat([challenge, Buffer.of(identifier)])
    if (claimed.length !== seed.length || !timingSafeEqual(claimed, seed)) {
      return failure('eap-inner-method')
    }
    const verdict = await checkMsChap(login, {
      username,
      hashedName: username,
      authenticatorChallenge: challenge,
      peerChallenge: response.subarray(2, 18),
      response: response.subarray(26),
    })
    if (!verdict.ok) {
      return verdict.reason === 'overloaded' ? { kind: 'overloaded' } : failure(verdict.reason)
    }
    proven = success(verdict.account, 'ttls-mschapv2', username)
    return { kind: 'say', plain: msChap2SuccessAvp(identifier, verdict.proof) }
  }

  async function byEap(message: Uint8Array): Promise<Say> {
    const response = parseEapResponse(message)
    if (response === null) return failure('eap-inner-method')
    if (asked !== null && response.identifier !== asked) return failure('eap-inner-method')
    const answer = await inner.respond(response.type, response.data)
    return answer.kind === 'ask' ? askByEap(answer, response.identifier) : sayOf(answer)
  }

  function askByEap(answer: Extract<InnerAnswer, { kind: 'ask' }>, before: number): Say {
    asked = (before + 1) & 0xff
    return { kind: 'say', plain: eapAvp(eapRequest(asked, answer.type, answer.data)) }
  }

  return {
    greet() {
      const isCommitted = resumed !== null && tunnel.isTls13
      return Promise.resolve(isCommitted ? { kind: 'say', plain: COMMITMENT } : { kind: 'listen' })
    },
    async turn() {
      if (proven !== null) return proven
      if (resumed === null) return { kind: 'listen' }
      const found = await login.standing(resumed.username)
      if (found.ok) return success(found.account, resumed.method, Buffer.from(resumed.username))
      return found.reason === 'overloaded' ? { kind: 'overloaded' } : failure(found.reason)
    },
    async hear(plain) {
      const avps = proven === null ? readInnerAvps(plain) : null
      if (avps === null) return failure('eap-inner-method')
      const { username, password, eap, msChapChallenge, msChap2Response } = avps
      // A peer that says it in two ways would have the weaker one count.
      const isMsChap = msChapChallenge !== null || msChap2Response !== null
      const ways = [eap !== null, isMsChap, password !== null].filter(Boolean).length
      if (ways !== 1) return failure('eap-inner-method')
      if (eap !== null) return byEap(eap)
      if (username === null) return failure('eap-inner-method')
      if (password !== null) return byPassword(username, password)
      return msChapChallenge !== null && msChap2Response !== null
        ? byMsChap(username, msChapChallenge, msChap2Response)
        : failure('eap-inner-method')
    },
  }
}

function sayOf(answer: Exclude<InnerAnswer, { kind: 'ask' }>): Say {
  if (answer.kind !== 'success') return answer
  const method = answer.inner === 'gtc' ? 'ttls-gtc' : 'ttls-eap-mschapv2'
  return { kind: 'success', account: answer.account, method, loginName: answer.loginName }
}

function success(
  account: StaffAccount,
  method: Method,
  username: Uint8Array,
): Extract<Say, { kind: 'success' }> {
  return { kind: 'success', account, method, loginName: decodeText(username) ?? '' }
}

function failure(reason: Extract<Say, { kind: 'failure' }>['reason']): Say {
  return { kind: 'failure', reason }
}
