import { LIMITS } from '../limits.ts'
import { adblockSyntax } from './adblock-syntax.ts'
import type { Entry } from './entry.ts'
import type { Line, LineFault, LineSyntax } from './line.ts'
import { plainSyntax } from './plain-syntax.ts'
import { rpzSyntax } from './rpz-syntax.ts'

export interface ListReport {
  readonly syntax: ListSyntaxName
  readonly lines: number
  readonly names: number
  readonly unusable: number
  /** How many there are of each kind. */
  readonly kinds: Readonly<Partial<Record<LineFault, number>>>
  /** The first unusable lines, counted from 1. */
  readonly faults: readonly {
    readonly line: number
    readonly fault: LineFault
    readonly text: string
  }[]
}

export type ListSyntaxName = 'plain' | 'adblock' | 'rpz'

const NEWLINE = 0x0a

/** Reads a list in slices, line by line. What a line cannot mean is counted, never guessed. */
export class ListReader {
  readonly #text: Uint8Array
  readonly #onEntry: (entry: Entry, line: number) => void
  readonly #name: ListSyntaxName
  readonly #syntax: LineSyntax
  readonly #faults: ListReport['faults'][number][] = []
  readonly #kinds: Partial<Record<LineFault, number>> = {}
  #at: number
  #lines = 0
  #names = 0
  #unusable = 0

  constructor(text: Uint8Array, onEntry: (entry: Entry, line: number) => void) {
    this.#text = text
    this.#onEntry = onEntry
    const hasMark = text[0] === 0xef && text[1] === 0xbb && text[2] === 0xbf
    this.#at = hasMark ? 3 : 0
    this.#name = syntaxOf(text.subarray(this.#at))
    this.#syntax = createSyntax(this.#name, text)
  }

  /** Reads up to `lines` lines; false when the text has come to its end. */
  read(lines: number): boolean {
    for (let i = 0; i < lines; i++) {
      if (this.#at >= this.#text.length) return false
      let end = this.#text.indexOf(NEWLINE, this.#at)
      if (end < 0) end = this.#text.length
      this.#lines++
      this.#take(this.#syntax.read(this.#text, this.#at, end))
      this.#at = end + 1
    }
    return true
  }

  report(): ListReport {
    return {
      syntax: this.#name,
      lines: this.#lines,
      names: this.#names,
      unusable: this.#unusable,
      kinds: this.#kinds,
      faults: this.#faults,
    }
  }

  #take({ names, scope, action, fault }: Line): void {
    for (const name of names) this.#onEntry({ name, scope, action }, this.#lines)
    this.#names += names.length
    if (fault === null) return
    this.#unusable++
    this.#kinds[fault] = (this.#kinds[fault] ?? 0) + 1
    if (this.#faults.length < LIMITS.listFaults) {
      const text = shownLine(this.#text, this.#at)
      this.#faults.push({ line: this.#lines, fault, text })
    }
  }
}

function createSyntax(name: ListSyntaxName, text: Uint8Array): LineSyntax {
  switch (name) {
    case 'plain':
      return plainSyntax
    case 'adblock':
      return adblockSyntax(text)
    case 'rpz':
      return rpzSyntax()
  }
}

const LOOKED_AT = 65_536

/** By the first line that only one of them has; most lists say it with their first. */
function syntaxOf(text: Uint8Array): ListSyntaxName {
  const lines = Buffer.from(text.subarray(0, LOOKED_AT)).toString('utf8').split('\n')
  for (const line of lines) {
    if (/^\$(TTL|ORIGIN)\s/i.test(line) || /\s(SOA|CNAME)\s+\S/i.test(line)) return 'rpz'
    if (/^(\[adblock|!|@@\||\|\|)/i.test(line)) return 'adblock'
    // A name alone, or after an address.
    if (/^\s*[^\s#;!]/.test(line)) return 'plain'
  }
  return 'plain'
}

function shownLine(text: Uint8Array, start: number): string {
  const end = text.indexOf(NEWLINE, start)
  const bytes = text.subarray(start, end < 0 ? text.length : end).subarray(0, LIMITS.listLine)
  return Buffer.from(bytes)
    .toString('utf8')
    .replaceAll(/[\0-\x1f\x7f]/g, ' ')
    .trim()
}

/** The text of a line, counted from 1, as an explanation shows it. */
export function lineOf(text: Uint8Array, line: number): string {
  let start = 0
  for (let i = 1; i < line && start >= 0; i++) start = text.indexOf(NEWLINE, start) + 1
  return shownLine(text, start)
}
