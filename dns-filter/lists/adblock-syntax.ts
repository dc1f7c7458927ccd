import { LIMITS } from '../limits.ts'
import { readRule } from './adblock-rule.ts'
import type { LineSyntax } from './line.ts'
import { NOTHING } from './line.ts'
import { plainSyntax } from './plain-syntax.ts'

const NEWLINE = 0x0a
const BAD = Buffer.from('badfilter')

/**
 * Rules in the syntax of AdBlock, hosts lines among them, and names alone, which here mean just
 * themselves. A rule that another line of the list takes back with `$badfilter` is left out.
 */
export function adblockSyntax(text: Uint8Array): LineSyntax {
  const takenBack = takenBackBy(text)
  return {
    read(text, start, end) {
      const line = Buffer.from(text.buffer, text.byteOffset + start, end - start)
        .toString('utf8')
        .trim()
      if (line === '' || line.startsWith('!') || line.startsWith('[')) return NOTHING
      if (/^#($|[^#@?$%])/.test(line)) return NOTHING
      if (takenBack.has(ruleKey(line))) return NOTHING
      if (/^[0-9a-fA-F:.]+\s+\S/.test(line)) return plainSyntax.read(text, start, end)
      return readRule(line.replace(/\s+#.*$/, ''))
    },
  }
}

/** The rules that are taken back, anywhere in the list; mostly there are none, so only those lines are read. */
function takenBackBy(text: Uint8Array): ReadonlySet<string> {
  const rules = new Set<string>()
  const bytes = Buffer.from(text.buffer, text.byteOffset, text.length)
  let at = bytes.indexOf(BAD)
  while (at >= 0 && rules.size < LIMITS.listTakenBack) {
    const start = at === 0 ? 0 : bytes.lastIndexOf(NEWLINE, at) + 1
    const next = bytes.indexOf(NEWLINE, at)
    const end = next < 0 ? bytes.length : next
    const line = bytes.toString('utf8', start, end).trim()
    if (/[$,]badfilter(,|$)/.test(line) && !line.startsWith('!')) rules.add(ruleKey(line))
    at = bytes.indexOf(BAD, end)
  }
  return rules
}

/** The rule with its modifiers in order, and without the one that takes it back. */
function ruleKey(line: string): string {
  const cut = line.lastIndexOf('$')
  if (cut < 0) return line
  const modifiers = line.slice(cut + 1).split(',')
  const others = modifiers.filter((modifier) => modifier !== 'badfilter')
  return others.length === 0
    ? line.slice(0, cut)
    : `${line.slice(0, cut)}$${others.toSorted((a, b) => (a < b ? -1 : 1)).join(',')}`
}
