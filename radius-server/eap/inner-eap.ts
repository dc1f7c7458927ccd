import { checkMsChap } from '../access/ms-chap-login.ts'
import type { StaffAccount, StaffLogin } from '../access/staff-login.ts'
import { decodeText } from '../attributes.ts'
import type { RejectReason } from '../request.ts'
import { EAP_TYPE } from './eap-packet.ts'
import {
  challengeRequest,
  isSuccessResponse,
  newChallenge,
  readChallengeResponse,
  successRequest,
} from './inner-mschapv2.ts'

const NOTHING = new Uint8Array(0)
const PASSWORD_PROMPT = Buffer.from('Password: ')

export type InnerMethod = 'gtc' | 'mschapv2'

export type InnerAnswer =
  | { readonly kind: 'ask'; readonly type: number; readonly data: Uint8Array }
  | {
      readonly kind: 'success'
      readonly account: StaffAccount
      readonly inner: InnerMethod
      /** As it was given. */
      readonly loginName: string
    }
  | { readonly kind: 'failure'; readonly reason: RejectReason }
  | { readonly kind: 'overloaded' }

type Ask = Extract<InnerAnswer, { kind: 'ask' }>

/** EAP inside the tunnel: who is there, then a password by MS-CHAPv2 or in clear (GTC). */
export interface InnerEap {
  /** After `overloaded` the same response may come again. */
  respond(type: number, data: Uint8Array): Promise<InnerAnswer>
}

export const IDENTITY_REQUEST: Ask = { kind: 'ask', type: EAP_TYPE.Identity, data: NOTHING }

export function createInnerEap(login: StaffLogin): InnerEap {
  let username: Uint8Array | null = null
  let asked: number = EAP_TYPE.Identity
  let hasBegun = false
  const refused = new Set<number>()
  const challenge = newChallenge()
  let proven: StaffAccount | null = null

  function propose(type: number): Ask {
    asked = type
    const isGtc = type === EAP_TYPE.GTC
    return { kind: 'ask', type, data: isGtc ? PASSWORD_PROMPT : challengeRequest(challenge) }
  }

  /** The first of the peer's wishes that we have and it has not refused (RFC 3748 §5.3.1). */
  function renegotiate(wishes: Uint8Array): InnerAnswer {
    refused.add(asked)
    const type = wishes.find(
      (one) => (one === EAP_TYPE.GTC || one === EAP_TYPE.MSCHAPv2) && !refused.has(one),
    )
    return type === undefined ? failure('eap-inner-method') : propose(type)
  }

  async function hearPassword(name: Uint8Array, password: Uint8Array): Promise<InnerAnswer> {
    const loginName = decodeText(name)
    const verdict = await login.check(loginName, password)
    if (verdict.ok) {
      const { account } = verdict
      return { kind: 'success', account, inner: 'gtc', loginName: loginName ?? '' }
    }
    return verdict.reason === 'overloaded' ? { kind: 'overloaded' } : failure(verdict.reason)
  }

  async function hearMsChap(name: Uint8Array, data: Uint8Array): Promise<InnerAnswer> {
    if (proven !== null) {
      return isSuccessResponse(data)
        ? { kind: 'success', account: proven, inner: 'mschapv2', loginName: decodeText(name) ?? '' }
        : failure('eap-inner-method')
    }
    const attempt = readChallengeResponse(data)
    if (attempt === null) return failure('eap-inner-method')
    const verdict = await checkMsChap(login, {
      username: name,
      hashedName: attempt.name,
      authenticatorChallenge: challenge,
      peerChallenge: attempt.peerChallenge,
      response: attempt.response,
    })
    if (!verdict.ok) {
      return verdict.reason === 'overloaded' ? { kind: 'overloaded' } : failure(verdict.reason)
    }
    proven = verdict.account
    return { kind: 'ask', type: EAP_TYPE.MSCHAPv2, data: successRequest(verdict.proof) }
  }

  return {
    async respond(type, data) {
      if (username === null) {
        if (type !== EAP_TYPE.Identity) return failure('eap-inner-method')
        username = Uint8Array.from(data)
        // For all alike, or the proposal would tell who has an account.
        return propose(login.hasNtHashes() ? EAP_TYPE.MSCHAPv2 : EAP_TYPE.GTC)
      }
      if (type === EAP_TYPE.Nak && !hasBegun) return renegotiate(data)
      if (type !== asked) return failure('eap-inner-method')
      hasBegun = true
      return type === EAP_TYPE.GTC ? hearPassword(username, data) : hearMsChap(username, data)
    },
  }
}

function failure(reason: RejectReason): InnerAnswer {
  return { kind: 'failure', reason }
}
