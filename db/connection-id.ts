import { randomUUID } from 'node:crypto'

/**
 * What names a connection: a UUID of version 8 (RFC 9562 §5.8) of which only the second half varies, so
 * that a row of the log holds eight bytes of it. 62 random bits: among the 356,000 connections of a day
 * the chance that two share one is 10⁻⁸, and days do not share.
 */
export function newConnectionId(): string {
  // Of version 4, which has the variant and random bits in the same places.
  return HEAD + randomUUID().slice(HEAD.length)
}

const HEAD = '00000000-0000-8000-'

/** The halves as a row holds them; `head` is null where it is the one that all of ours have. */
export function idHalves(id: string): { readonly head: bigint | null; readonly tail: bigint } {
  const tail = BigInt.asIntN(64, BigInt(`0x${id.slice(19, 23)}${id.slice(24)}`))
  if (id.startsWith(HEAD)) return { head: null, tail }
  const head = BigInt(`0x${id.slice(0, 8)}${id.slice(9, 13)}${id.slice(14, 18)}`)
  return { head: BigInt.asIntN(64, head), tail }
}
