import { createHash } from 'node:crypto'
import { SERVICE_NAMES } from './filter-services.ts'
import type { ListHead } from './lists.ts'
import type { Rule } from './rules.ts'

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

/** What of a rule its reference is made of. */
type ReferredRule = Pick<Rule, 'action' | 'domain' | 'network' | 'association' | 'site'>
type ReferredList = Pick<ListHead, 'name' | 'category'>

export function ruleReference(rule: ReferredRule): string {
  const { action, domain, network, association, site } = rule
  return referenceOf(['rule', action, domain, network, association, site].join(' '))
}

export function listReference(list: ReferredList): string {
  return referenceOf(`list ${list.name} ${list.category}`)
}

export function serviceReference(name: string): string {
  return referenceOf(`service ${name}`)
}

/** Causes that are neither rule nor list. */
const BUILT_IN_CAUSES = ['bypass', 'address', 'private-address', 'internal'] as const
export type BuiltInCause = (typeof BUILT_IN_CAUSES)[number]

export function builtInReference(cause: BuiltInCause): string {
  return referenceOf(`built-in ${cause}`)
}

/** What a reference stands for. */
export type ReferredCause<R, L> =
  | { readonly kind: 'rule'; readonly rule: R }
  | { readonly kind: 'list'; readonly list: L }
  | { readonly kind: 'service'; readonly service: string }
  | { readonly kind: 'built-in'; readonly cause: BuiltInCause }

/** Of these rules and lists, of services and of what is built in: several where they share it. */
export function causesOf<R extends ReferredRule, L extends ReferredList>(
  ref: string,
  house: { readonly rules: readonly R[]; readonly lists: readonly L[] },
): readonly ReferredCause<R, L>[] {
  const wanted = ref.trim().toUpperCase()
  return [
    ...house.rules
      .filter((rule) => ruleReference(rule) === wanted)
      .map((rule) => ({ kind: 'rule', rule }) as const),
    ...house.lists
      .filter((list) => listReference(list) === wanted)
      .map((list) => ({ kind: 'list', list }) as const),
    ...SERVICE_NAMES.filter((name) => serviceReference(name) === wanted).map(
      (service) => ({ kind: 'service', service }) as const,
    ),
    ...BUILT_IN_CAUSES.filter((cause) => builtInReference(cause) === wanted).map(
      (cause) => ({ kind: 'built-in', cause }) as const,
    ),
  ]
}
