import { createCipheriv, hash } from 'node:crypto'
import { md4 } from '#core/nt-hash.ts'

/** The arithmetic of MS-CHAPv2 (RFC 2759 §8) and of its keys (RFC 3079 §3). */
export const MS_CHAP = {
  challengeBytes: 16,
  ntResponseBytes: 24,
} as const

const SIGNING = Buffer.from('Magic server to client signing constant')
const ITERATION = Buffer.from('Pad to make it do more than one iteration')
const MASTER_KEY = Buffer.from('This is the MPPE Master Key')
const CLIENT_SENDS = Buffer.from(
  'On the client side, this is the send key; on the server side, it is the receive key.',
)
const SERVER_SENDS = Buffer.from(
  'On the client side, this is the receive key; on the server side, it is the send key.',
)
const PAD_1 = Buffer.alloc(40, 0x00)
const PAD_2 = Buffer.alloc(40, 0xf2)
const KEY_BYTES = 16

/** `username` as the peer gave it: a domain in front of it is not part of the hash (RFC 2759 §4). */
export function challengeHash(
  peerChallenge: Uint8Array,
  authenticatorChallenge: Uint8Array,
  username: Uint8Array,
): Uint8Array {
  const name = username.subarray(username.lastIndexOf(0x5c) + 1)
  return sha1(peerChallenge, authenticatorChallenge, name).subarray(0, 8)
}

/** What a peer that knows the password answers to the challenge. */
export function ntResponse(challenge: Uint8Array, ntHash: Uint8Array): Uint8Array {
  const key = Buffer.alloc(21)
  key.set(ntHash)
  return Buffer.concat([0, 7, 14].map((at) => des(challenge, key.subarray(at, at + 7))))
}

/** `S=` and 40 hexadecimal digits: that the server knows the password too. */
export function authenticatorResponse(
  ntHash: Uint8Array,
  response: Uint8Array,
  challenge: Uint8Array,
): string {
  const digest = sha1(md4(ntHash), response, SIGNING)
  return `S=${sha1(digest, challenge, ITERATION).toString('hex').toUpperCase()}`
}

/** The server's send and receive keys, 16 octets each. */
export function mppeKeys(
  ntHash: Uint8Array,
  response: Uint8Array,
): { readonly send: Uint8Array; readonly receive: Uint8Array } {
  const master = sha1(md4(ntHash), response, MASTER_KEY).subarray(0, KEY_BYTES)
  const startKey = (magic: Uint8Array): Uint8Array =>
    sha1(master, PAD_1, magic, PAD_2).subarray(0, KEY_BYTES)
  return { send: startKey(SERVER_SENDS), receive: startKey(CLIENT_SENDS) }
}

/** OpenSSL 3 has no single DES; three times the same key is the same. */
function des(block: Uint8Array, key: Uint8Array): Uint8Array {
  const whole = withParity(key)
  const cipher = createCipheriv('des-ede3', Buffer.concat([whole, whole, whole]), null)
  return cipher.setAutoPadding(false).update(block)
}

/** 56 bits as the eight octets that DES takes, seven bits in each. */
function withParity(key: Uint8Array): Uint8Array {
  return Uint8Array.from({ length: 8 }, (_, i) => {
    const before = key[i - 1] ?? 0
    return ((before << (8 - i)) | ((key[i] ?? 0) >> i)) & 0xfe
  })
}

function sha1(...parts: readonly Uint8Array[]): Buffer {
  return hash('sha1', Buffer.concat(parts), 'buffer')
}
