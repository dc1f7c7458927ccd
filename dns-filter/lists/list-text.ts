import { domainToASCII } from 'node:url'
import { parseAddress } from '#core/ip.ts'
import { LIMITS } from '../limits.ts'
import { byteAt, LOWER, nameFromText } from '../message/name.ts'
import type { Entry, Scope } from './entry.ts'

/** Why a line says nothing that can be blocked. */
export type LineFault = 'address' | 'single label' | 'not a sink address' | 'not a domain name'

export interface ListReport {
  readonly lines: number
  readonly names: number
  readonly unusable: number
  /** The first unusable lines, counted from 1. */
  readonly faults: readonly { readonly line: number; readonly fault: LineFault }[]
}

type Line = {
  readonly names: readonly Uint8Array[]
  readonly scope: Scope
  readonly fault: LineFault | null
}

const NEWLINE = 0x0a
const HASH = 0x23
const NOTHING: Line = { names: [], scope: 'name', fault: null }
const unusable = (fault: LineFault): Line => ({ ...NOTHING, fault })
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
 * Reads a list in slices, line by line. A plain name stands for itself and all below it, one of a hosts
 * file for itself. Understood are `#` comments, `*.name` (in every list that uses it, it means the
 * name too), a last dot, CRLF, capitals and names in their own script. What a line cannot mean is
 * counted, never guessed.
 */
export class ListReader {
  readonly #text: Uint8Array
  readonly #onEntry: (entry: Entry, line: number) => void
  readonly #faults: { line: number; fault: LineFault }[] = []
  #at: number
  #lines = 0
  #names = 0
  #unusable = 0

  constructor(text: Uint8Array, onEntry: (entry: Entry, line: number) => void) {
    this.#text = text
    this.#onEntry = onEntry
    const hasMark = text[0] === 0xef && text[1] === 0xbb && text[2] === 0xbf
    this.#at = hasMark ? 3 : 0
  }

  /** Reads up to `lines` lines; false when the text has come to its end. */
  read(lines: number): boolean {
    for (let i = 0; i < lines; i++) {
      if (this.#at >= this.#text.length) return false
      let end = this.#text.indexOf(NEWLINE, this.#at)
      if (end < 0) end = this.#text.length
      this.#lines++
      this.#take(readLine(this.#text, this.#at, end))
      this.#at = end + 1
    }
    return true
  }

  report(): ListReport {
    return {
      lines: this.#lines,
      names: this.#names,
      unusable: this.#unusable,
      faults: this.#faults,
    }
  }

  #take(line: Line): void {
    for (const name of line.names) {
      this.#onEntry({ name, scope: line.scope, action: 'block' }, this.#lines)
    }
    this.#names += line.names.length
    if (line.fault === null) return
    this.#unusable++
    if (this.#faults.length < LIMITS.listFaults) {
      this.#faults.push({ line: this.#lines, fault: line.fault })
    }
  }
}

/** The text of a line, counted from 1, without its end. */
export function lineOf(text: Uint8Array, line: number): string {
  let start = 0
  for (let i = 1; i < line && start >= 0; i++) start = text.indexOf(NEWLINE, start) + 1
  const end = text.indexOf(NEWLINE, start)
  const bytes = text.subarray(start, end < 0 ? text.length : end)
  return Buffer.from(bytes).toString('utf8').replace(/\r$/, '').slice(0, LIMITS.listLine)
}

function readLine(text: Uint8Array, start: number, end: number): Line {
  const plain = plainName(text, start, end)
  if (plain !== null) return { names: [plain], scope: 'name-and-below', fault: null }
  const hash = text.subarray(start, end).indexOf(HASH)
  const content = Buffer.from(
    text.buffer,
    text.byteOffset + start,
    hash < 0 ? end - start : hash,
  ).toString('utf8')
  const words = content.trim().split(/\s+/)
  const [first = ''] = words
  if (first === '') return NOTHING
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

function readWord(word: string): Line {
  if (isAddress(word)) return unusable('address')
  const isWildcard = word.startsWith('*.')
  const name = wireName(isWildcard ? word.slice(2) : word)
  if (name === null) return unusable('not a domain name')
  // `com` alone is more likely a slip than the wish to block a whole top-level domain; `*.zip` is not.
  if (!isWildcard && isSingleLabel(name)) return unusable('single label')
  return { names: [name], scope: 'name-and-below', fault: null }
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
  return { names, scope: 'name', fault }
}

const ACCEPTED = /^[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?$/
const UNICODE = /[^\0-\x7f]/

function wireName(word: string): Uint8Array | null {
  const ascii = UNICODE.test(word) ? domainToASCII(word) : word.toLowerCase()
  if (!ACCEPTED.test(ascii) || /(^|\.)\d+\.?$/.test(ascii)) return null
  return nameFromText(ascii)
}

function isSingleLabel(name: Uint8Array): boolean {
  return byteAt(name, 0) + 2 === name.length
}

function isAddress(word: string): boolean {
  return SINKS.has(word) || parseAddress(word) !== null
}
