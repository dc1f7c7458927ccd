import { createHash } from 'node:crypto'
import { combine, split } from 'shamir-secret-sharing'
import { randomOctets } from './random-octets.ts'

/**
 * The master key in shares, of which any few make it again and fewer tell nothing (Shamir, over GF(256)). A share
 * is text for paper: 16 groups of five characters, with what it belongs to and a check.
 */
export interface KeyShare {
  readonly threshold: number
  readonly total: number
  readonly number: number
  /** The splitting, hex: shares of two do not go together. */
  readonly splitting: string
  /** The key, hex, for people who compare; it does not help to guess the key. */
  readonly key: string
  readonly bytes: Uint8Array
}

export interface Mistake {
  readonly problem: string
}

const VERSION = 1
const MARK_BYTES = 4
const KEY_BYTES = 32
/** Version, threshold, total, number, splitting, key, share (one octet longer than the key), check. */
const LENGTH = 4 + MARK_BYTES + MARK_BYTES + KEY_BYTES + 1 + MARK_BYTES
/** Crockford's: no letter that is taken for another, or for a digit. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const CHARACTERS = Math.ceil((LENGTH * 8) / 5)
const GROUP = 5
export const MOST_SHARES = 16

export async function splitKey(
  key: Uint8Array,
  total: number,
  threshold: number,
): Promise<readonly KeyShare[]> {
  const splitting = Buffer.from(randomOctets(MARK_BYTES)).toString('hex')
  const parts = await split(new Uint8Array(key), total, threshold)
  return parts.map((bytes, i) => ({
    ...{ threshold, total, number: i + 1, splitting, key: markOf(key), bytes },
  }))
}

/** The key, or what is the matter with these shares. */
export async function joinShares(shares: readonly KeyShare[]): Promise<Uint8Array | Mistake> {
  const [first] = shares
  if (first === undefined) return { problem: 'there is no share' }
  const other = shares.find(({ splitting }) => splitting !== first.splitting)
  if (other !== undefined) {
    return {
      problem: `share ${other.number} (${other.splitting}) and share ${first.number} (${first.splitting}) are of two splittings: take shares of one`,
    }
  }
  const different = new Map(shares.map((share) => [share.number, share]))
  if (different.size < first.threshold) {
    return {
      problem: `${first.threshold} different shares make the key, and here ${different.size === 1 ? 'is 1' : `are ${different.size}`} (${[...different.keys()].join(', ')})`,
    }
  }
  const key = await combine([...different.values()].map(({ bytes }) => new Uint8Array(bytes)))
  if (markOf(key) === first.key) return key
  return { problem: 'these shares do not make the key that they say: one of them was altered' }
}

/** The first octets of a hash of it. */
export function markOf(key: Uint8Array): string {
  return createHash('sha256')
    .update('accueil key 1')
    .update(key)
    .digest('hex')
    .slice(0, MARK_BYTES * 2)
}

export function writeShare(share: KeyShare): string {
  const { threshold, total, number, splitting, key, bytes } = share
  const body = Buffer.concat([
    Buffer.of(VERSION, threshold, total, number),
    Buffer.from(splitting, 'hex'),
    Buffer.from(key, 'hex'),
    bytes,
  ])
  const text = encode(Buffer.concat([body, checkOf(body)]))
  return (text.match(new RegExp(`.{1,${GROUP}}`, 'g')) ?? []).join('-')
}

/** As people type it: in any case, with any spaces and hyphens, O for 0 and I or L for 1. */
export function readShare(text: string): KeyShare | Mistake {
  const typed = text
    .toUpperCase()
    .replaceAll(/[\s-]/g, '')
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1')
  if (typed.length !== CHARACTERS) {
    return { problem: `it has ${typed.length} characters, and a share has ${CHARACTERS}` }
  }
  const wrong = typed.split('').findIndex((character) => !ALPHABET.includes(character))
  if (wrong >= 0) {
    return { problem: `"${typed[wrong]}" in group ${Math.floor(wrong / GROUP) + 1} is in no share` }
  }
  const all = decode(typed)
  const body = all.subarray(0, LENGTH - MARK_BYTES)
  if (!checkOf(body).equals(all.subarray(LENGTH - MARK_BYTES, LENGTH))) {
    return { problem: 'its check is wrong: a character was read or typed wrong' }
  }
  const [version = 0, threshold = 0, total = 0, number = 0] = body
  if (version !== VERSION) return { problem: 'it is of a newer version of Accueil' }
  const hex = (from: number): string => body.subarray(from, from + MARK_BYTES).toString('hex')
  return {
    ...{ threshold, total, number, splitting: hex(4), key: hex(4 + MARK_BYTES) },
    bytes: new Uint8Array(body.subarray(4 + 2 * MARK_BYTES)),
  }
}

function checkOf(body: Uint8Array): Buffer {
  return createHash('sha256')
    .update('accueil share 1')
    .update(body)
    .digest()
    .subarray(0, MARK_BYTES)
}

function encode(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  const groups = bits.match(/.{1,5}/g) ?? []
  return groups.map((group) => ALPHABET[Number.parseInt(group.padEnd(5, '0'), 2)] ?? '').join('')
}

function decode(text: string): Buffer {
  const bits = text
    .split('')
    .map((character) => ALPHABET.indexOf(character).toString(2).padStart(5, '0'))
    .join('')
  const bytes = bits.match(/.{8}/g) ?? []
  return Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2)))
}
