import { randomBytes, timingSafeEqual } from 'node:crypto'
import { decodeText } from '../attributes.ts'
import { authenticatorResponse, challengeHash, ntResponse } from './ms-chap.ts'
import type { LoginRefusal, StaffAccount, StaffLogin } from './staff-login.ts'

/** What a peer that speaks MS-CHAPv2 has sent, whatever carried it. */
export interface MsChapAttempt {
  /** Whom it claims to be. */
  readonly username: Uint8Array
  /** The name as it went into its hash, which may have a domain in front. */
  readonly hashedName: Uint8Array
  readonly authenticatorChallenge: Uint8Array
  readonly peerChallenge: Uint8Array
  readonly response: Uint8Array
}

export type MsChapVerdict =
  | {
      readonly ok: true
      readonly account: StaffAccount
      /** The server's own proof, `S=…`. */
      readonly proof: string
      readonly ntHash: Uint8Array
    }
  | { readonly ok: false; readonly reason: LoginRefusal }

/** Checks the answer to a challenge; the proof for the peer is only made when it is right. */
export async function checkMsChap(
  login: Pick<StaffLogin, 'ntHashOf' | 'compared'>,
  attempt: MsChapAttempt,
): Promise<MsChapVerdict> {
  const username = decodeText(attempt.username)
  const known = await login.ntHashOf(username)
  // The same work for a name that nobody has: the time of the answer must not list the accounts.
  const hash = known.ok ? known.ntHash : randomBytes(16)
  const { peerChallenge, authenticatorChallenge, hashedName, response } = attempt
  const challenge = challengeHash(peerChallenge, authenticatorChallenge, hashedName)
  const expected = ntResponse(challenge, hash)
  const isRight = expected.length === response.length && timingSafeEqual(expected, response)
  if (!known.ok) {
    if (known.reason === 'unknown-account') login.compared(username, false)
    return known
  }
  login.compared(username, isRight)
  if (!isRight) return { ok: false, reason: 'wrong-password' }
  const proof = authenticatorResponse(hash, response, challenge)
  return { ok: true, account: known.account, proof, ntHash: hash }
}
