import { domainToASCII } from 'node:url'
import { byteAt, nameFromText } from '../message/name.ts'

const ACCEPTED = /^[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?$/
const UNICODE = /[^\0-\x7f]/

/** Wire form of a name that may be in its own script, in capitals or end in a dot; null if it is none. */
export function wireName(word: string): Uint8Array | null {
  const ascii = UNICODE.test(word) ? domainToASCII(word) : word.toLowerCase()
  if (!ACCEPTED.test(ascii) || /(^|\.)\d+\.?$/.test(ascii)) return null
  return nameFromText(ascii)
}

export function isSingleLabel(name: Uint8Array): boolean {
  return byteAt(name, 0) + 2 === name.length
}

/** A name in wire form as text, without a last dot. */
export function textOfName(wire: Uint8Array): string {
  const labels: string[] = []
  let at = 0
  for (let length = wire[0] ?? 0; length !== 0; length = wire[at] ?? 0) {
    labels.push(Buffer.from(wire.subarray(at + 1, at + 1 + length)).toString('latin1'))
    at += length + 1
  }
  return labels.join('.')
}
