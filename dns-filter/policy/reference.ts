import { createHash } from 'node:crypto'
import type { ListHead } from '#db/lists.ts'
import type { Rule } from '#db/rules.ts'

/** Without letters that are taken for digits on a phone's screen (Crockford's base 32). */
const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const LENGTH = 5

/**
 * What a block page shows and an administrator looks up: five letters for a cause, the same on every
 * node and after every restart. 2^25 of them, so two causes of a house hardly ever share one; who looks
 * one up is shown both. Never made of who asked or of the name asked.
 */
function referenceOf(cause: string): string {
  const bits = createHash('sha256').update(cause).digest().readUInt32BE(0) >>> 7
  return Array.from({ length: LENGTH }, (_, i) => LETTERS[(bits >>> (5 * i)) & 31]).join('')
}

export function ruleReference(rule: Rule): string {
  const { action, domain, network, association, site } = rule
  return referenceOf(['rule', action, domain, network, association, site].join(' '))
}

export function listReference(list: Pick<ListHead, 'name' | 'category'>): string {
  return referenceOf(`list ${list.name} ${list.category}`)
}

export function serviceReference(name: string): string {
  return referenceOf(`service ${name}`)
}

/** Causes that are neither rule nor list. */
export const BUILT_IN_CAUSES = ['bypass', 'address', 'private-address', 'internal'] as const
export type BuiltInCause = (typeof BUILT_IN_CAUSES)[number]

export function builtInReference(cause: BuiltInCause): string {
  return referenceOf(`built-in ${cause}`)
}
