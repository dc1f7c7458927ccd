import { causesOf } from '#db/filter-references.ts'
import type { BuiltInCause } from '#db/filter-references.ts'
import type { ListHead } from '#db/lists.ts'
import type { Rule } from '#db/rules.ts'

const BUILT_IN: Readonly<Record<BuiltInCause, string>> = {
  bypass: 'a resolver that goes round the filter',
  address: 'an address that a filter forbids',
  'private-address': 'an address of an inner network, for a name from outside',
  internal: 'a zone of the house, which is not answered to guests',
}

/** What a reference of a block page or of an extended error stands for; several where they share it. */
export function tellCauses(
  ref: string,
  house: { readonly heads: readonly ListHead[]; readonly rules: readonly Rule[] },
): readonly string[] {
  return causesOf(ref, { rules: house.rules, lists: house.heads }).map((found) => {
    switch (found.kind) {
      case 'rule': {
        const { action, domain, network, site, association, note } = found.rule
        const scope = [network, site ?? association, note]
        return [`rule: ${action} ${domain}`, ...scope].filter(Boolean).join(', ')
      }
      case 'list':
        return `list: ${found.list.name}, category ${found.list.category}`
      case 'service':
        return `service: ${found.service}`
      case 'built-in':
        return BUILT_IN[found.cause]
    }
  })
}
