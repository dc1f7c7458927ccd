import { randomBytes } from 'node:crypto'
import { MS_CHAP } from '../access/ms-chap.ts'

/** draft-kamath-pppext-eap-mschapv2 §2. */
const OP = { challenge: 1, response: 2, success: 3 } as const

const HEADER_BYTES = 4
const CHALLENGE_BYTES = MS_CHAP.challengeBytes
/** Peer challenge, eight reserved octets, NT response, flags. */
const VALUE_BYTES = CHALLENGE_BYTES + 8 + MS_CHAP.ntResponseBytes + 1
const SERVER_NAME = Buffer.from('accueil')

export interface MsChapResponse {
  readonly peerChallenge: Uint8Array
  readonly response: Uint8Array
  readonly name: Uint8Array
}

export function newChallenge(): Uint8Array {
  return randomBytes(CHALLENGE_BYTES)
}

/** The data of the request that asks for an answer to `challenge`. */
export function challengeRequest(challenge: Uint8Array): Uint8Array {
  const body = Buffer.concat([Buffer.of(CHALLENGE_BYTES), challenge, SERVER_NAME])
  return withHeader(OP.challenge, body)
}

/** The data of the request that says that the peer is in, and proves that we know its password. */
export function successRequest(proof: string): Uint8Array {
  return withHeader(OP.success, Buffer.from(`${proof} M=Welcome`))
}

/** Reads the answer to a challenge; null if it is none. */
export function readChallengeResponse(data: Uint8Array): MsChapResponse | null {
  const value = data.subarray(HEADER_BYTES + 1)
  if (data[0] !== OP.response || data[HEADER_BYTES] !== VALUE_BYTES) return null
  if (value.length < VALUE_BYTES) return null
  const length = ((data[2] ?? 0) << 8) | (data[3] ?? 0)
  const end = Math.min(Math.max(length - HEADER_BYTES - 1, VALUE_BYTES), value.length)
  const at = CHALLENGE_BYTES + 8
  return {
    peerChallenge: value.subarray(0, CHALLENGE_BYTES),
    response: value.subarray(at, at + MS_CHAP.ntResponseBytes),
    name: value.subarray(VALUE_BYTES, end),
  }
}

/** Whether the peer has accepted our proof; some send the whole packet back instead of one octet. */
export function isSuccessResponse(data: Uint8Array): boolean {
  return data[0] === OP.success
}

/** One challenge a conversation, so the identifier within never changes. */
function withHeader(op: number, body: Uint8Array): Uint8Array {
  const length = HEADER_BYTES + body.length
  return Buffer.concat([Buffer.of(op, 1, length >> 8, length & 0xff), body])
}
