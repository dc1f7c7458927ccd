import type { Line } from './line.ts'
import { NOTHING, unusable } from './line.ts'
import { isSingleLabel, wireName } from './name-text.ts'

/** Pattern and modifiers of a rule; the modifiers are apart from the last `$`. */
const RULE = /^(@@)?(.*?)(?:\$([^$/]*))?$/
const COSMETIC = /#[@?$%]*#|\$\$/

/**
 * A rule in the syntax of AdBlock, as AdGuard reads it for DNS. A rule that says what to look for in
 * addresses or pages, or for whom, or in which answers, is not what a resolver could do, and is counted.
 */
export function readRule(text: string): Line {
  if (COSMETIC.test(text)) return unusable('cosmetic')
  if (/^(@@)?\/.*\/(\$|$)/.test(text)) return unusable('pattern')
  const [, exception, pattern = '', modifiers = ''] = RULE.exec(text) ?? []
  const isException = exception !== undefined
  let isImportant = false
  for (const modifier of modifiers === '' ? [] : modifiers.split(',')) {
    if (modifier === 'badfilter') return NOTHING
    if (modifier === 'important') isImportant = true
    // That of uBlock Origin for all kinds of request is the one that says what a resolver does.
    else if (modifier !== 'all') return unusable('modifier')
  }
  // There is nothing that goes before a block that goes before exceptions.
  if (isException && isImportant) return unusable('modifier')
  const line = readPattern(pattern)
  if (line.fault !== null) return line
  return { ...line, action: isException ? 'allow' : isImportant ? 'insist' : 'block' }
}

/** `||name^`, `||*.name^`, `*.name^`, `|name^` and `|name|` are about whole names; others are not. */
function readPattern(pattern: string): Line {
  if (/[/:?=]/.test(pattern)) return unusable('path')
  const anchored = /^(\|\|\*\.|\|\||\*\.|\|)([^|^*]+)(\^\|?|\|)$/.exec(pattern)
  if (anchored === null) {
    const isName = /^[^|^*@\s]+\.[^|^*@\s]+$/.test(pattern)
    return isName
      ? named(pattern, 'name')
      : unusable(/[|^*]/.test(pattern) ? 'pattern' : 'not a domain name')
  }
  const [, start = '', name = '', end = ''] = anchored
  if (start === '|') return named(name, 'name')
  // Without a separator the name could go on.
  if (end === '|' && start === '*.') return named(name, 'below')
  return named(name, start === '||' ? 'name-and-below' : 'below')
}

function named(text: string, scope: Line['scope']): Line {
  const name = wireName(text)
  if (name === null) return unusable('not a domain name')
  // `||zip^` is as deliberate as `*.zip`; a bare word is not.
  if (scope === 'name' && isSingleLabel(name)) return unusable('single label')
  return { ...NOTHING, names: [name], scope }
}
