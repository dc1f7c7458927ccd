import type { ListHead } from '#db/lists.ts'
import type { Rule } from '#db/rules.ts'
import {
  builtInReference,
  BUILT_IN_CAUSES,
  listReference,
  ruleReference,
  serviceReference,
} from './reference.ts'
import type { BuiltInCause } from './reference.ts'
import { SERVICE_NAMES } from '#db/filter-services.ts'

const BUILT_IN: Readonly<Record<BuiltInCause, string>> = {
  bypass: 'a resolver that goes round the filter',
  address: 'an address that a filter forbids',
  'private-address': 'an address of an inner network, for a name from outside',
  internal: 'a zone of the house, which is not answered to guests',
}

/** What a reference of a block page or of an extended error stands for; several where they share it. */
export function causesOf(
  ref: string,
  house: { readonly heads: readonly ListHead[]; readonly rules: readonly Rule[] },
): readonly string[] {
  const wanted = ref.trim().toUpperCase()
  return [
    ...house.rules
      .filter((rule) => ruleReference(rule) === wanted)
      .map(({ action, domain, network, site, association, note }) =>
        [`rule: ${action} ${domain}`, network, site ?? association, note]
          .filter(Boolean)
          .join(', '),
      ),
    ...house.heads
      .filter((list) => listReference(list) === wanted)
      .map(({ name, category }) => `list: ${name}, category ${category}`),
    ...SERVICE_NAMES.filter((name) => serviceReference(name) === wanted).map(
      (name) => `service: ${name}`,
    ),
    ...BUILT_IN_CAUSES.filter((cause) => builtInReference(cause) === wanted).map(
      (cause) => BUILT_IN[cause],
    ),
  ]
}
