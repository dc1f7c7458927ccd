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
