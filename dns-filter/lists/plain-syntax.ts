import { parseAddress } from '#core/ip.ts'
import { LIMITS } from '../limits.ts'
import { byteAt, LOWER } from '../message/name.ts'
import { readRule } from './adblock-rule.ts'
import type { Line, LineFault, LineSyntax } from './line.ts'
import { NOTHING, unusable } from './line.ts'
import { isSingleLabel, wireName } from './name-text.ts'

const HASH = 0x23
const SINKS = new Set([
  '0.0.0.0',
  '127.0.0.1',
  '127.0.1.1',
  '0',
  '::',
  '::1',
  '::0',
  '0:0:0:0:0:0:0:0',
])

/**
 * Names, one a line, and hosts files. A plain name stands for itself and all below it, as in the lists of
 * Toulouse, one of a hosts file for itself. Understood are `#` comments, `*.name` (in every list that
 * uses it, it means the name too), a last dot, CRLF, capitals and names in their own script; rules such
 * as `||name^` too, which mean nothing else.
 */
export const plainSyntax: LineSyntax = { read: readLine }

function readLine(text: Uint8Array, start: number, end: number): Line {
  const plain = plainName(text, start, end)
  if (plain !== null) return of([plain], 'name-and-below')
  const hash = text.subarray(start, end).indexOf(HASH)
  const content = Buffer.from(
    text.buffer,
    text.byteOffset + start,
    hash < 0 ? end - start : hash,
  ).toString('utf8')
  const words = content.trim().split(/\s+/)
  const [first = ''] = words
  if (first === '') return NOTHING
  if (first.startsWith('||') || first.startsWith('@@|')) return readRule(words.join(' '))
  if (words.length === 1) return readWord(first)
  if (!SINKS.has(first)) {
    // A hosts line with a real address says where a name is, not that it must not be reached.
    return unusable(isAddress(first) ? 'not a sink address' : 'not a domain name')
  }
  return readHosts(words.slice(1))
}

/** A name in lower-case ASCII alone on its line, as nearly all are: read without making a string. */
function plainName(text: Uint8Array, start: number, end: number): Uint8Array | null {
  if (end > start && text[end - 1] === 0x0d) end--
  const length = end - start
  if (length === 0 || length > LIMITS.name - 2) return null
  const out = new Uint8Array(length + 2)
  let label = 0
  let dots = 0
  let isNumber = true
  for (let i = 0; i < length; i++) {
    const byte = byteAt(LOWER, byteAt(text, start + i))
    if (byte === 0x2e) {
      const size = i - label
      if (size === 0 || size > LIMITS.label) return null
      out[label] = size
      label = i + 1
      dots++
      isNumber = true
    } else {
      const isDigit = byte >= 0x30 && byte <= 0x39
      if (!isDigit) isNumber = false
      if (!isDigit && !(byte >= 0x61 && byte <= 0x7a) && byte !== 0x2d && byte !== 0x5f) return null
      out[i + 1] = byte
    }
  }
  const size = length - label
  // A last label of digits only is an address, or nothing.
  if (dots === 0 || size === 0 || size > LIMITS.label || isNumber) return null
  out[label] = size
  return out
}

function of(names: readonly Uint8Array[], scope: Line['scope']): Line {
  return { ...NOTHING, names, scope }
}

function readWord(word: string): Line {
  if (isAddress(word)) return unusable('address')
  const isWildcard = word.startsWith('*.')
  const name = wireName(isWildcard ? word.slice(2) : word)
  if (name === null) return unusable('not a domain name')
  // `com` alone is more likely a slip than the wish to block a whole top-level domain; `*.zip` is not.
  if (!isWildcard && isSingleLabel(name)) return unusable('single label')
  return of([name], 'name-and-below')
}

/** The single labels of a hosts file (localhost, broadcasthost …) are the machine's own names. */
function readHosts(words: readonly string[]): Line {
  const names: Uint8Array[] = []
  let fault: LineFault | null = null
  for (const word of words) {
    if (isAddress(word) || word.toLowerCase() === 'localhost.localdomain') continue
    const name = wireName(word)
    if (name === null) fault = 'not a domain name'
    else if (!isSingleLabel(name)) names.push(name)
  }
  return { ...of(names, 'name'), fault }
}

function isAddress(word: string): boolean {
  return SINKS.has(word) || parseAddress(word) !== null
}
