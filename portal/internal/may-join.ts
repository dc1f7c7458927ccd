import type { Clock } from '#core/clock.ts'
import { compilePolicies, rulesFor } from '#db/policy-table.ts'
import type { Policy } from '#db/policies.ts'
import type { Network } from '#db/sites.ts'

/** Why a policy keeps somebody out now, in its own words; null: none does. The RADIUS server has the last word. */
export type RefusalOf = (network: Network, groups: readonly string[]) => string | null

/** `policies` returns the same array as long as nothing changed. */
export function createRefusalOf(policies: () => readonly Policy[], clock: Clock): RefusalOf {
  let built: readonly Policy[] | null = null
  let table = compilePolicies([])
  return (network, groups) => {
    const current = policies()
    if (current !== built) {
      table = compilePolicies(current)
      built = current
    }
    const rules = rulesFor(table.rulesOf(network), { groups, proof: 'mac', device: null })
    const now = clock()
    const first = rules.find(({ schedule }) => schedule === null || schedule.at(now).isOpen)
    return first?.policy.refusal ?? null
  }
}
