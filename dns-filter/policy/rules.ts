import type { NetworkKind } from '#db/sites.ts'
import type { Rule } from '#db/rules.ts'
import type { Client } from './client.ts'
import { NameMap } from '../names/name-map.ts'
import type { Suffixes } from '../names/suffixes.ts'

/** What the rules say of one query, and which suffix of its name they say it of. */
export interface RuleHit {
  readonly rule: Rule
  readonly suffix: number
}

export interface CompiledRules {
  find(name: Suffixes, client: Client): RuleHit | null
  readonly size: number
}

/** The rules on one domain for one network, by how far they reach; an allow has pushed out a block. */
interface Scopes {
  organisation: Rule | undefined
  readonly associations: Map<string, Rule>
  readonly sites: Map<string, Rule>
}

type OnDomain = Readonly<Record<NetworkKind, Scopes>>

/**
 * Site over association over organisation; within one scope the longer domain, and on one domain
 * allow over block: whoever is nearer to the place knows better, and an exception is made on purpose.
 */
export function compileRules(rules: readonly Rule[]): CompiledRules {
  const byDomain = new Map<string, OnDomain>()
  for (const rule of rules) {
    const scopes = byDomain.get(rule.domain) ?? { guest: noScopes(), staff: noScopes() }
    byDomain.set(rule.domain, scopes)
    if (rule.network !== 'staff') place(scopes.guest, rule)
    if (rule.network !== 'guest') place(scopes.staff, rule)
  }
  const domains = new NameMap(byDomain)

  return {
    size: rules.length,
    find(name, client) {
      let best: RuleHit | null = null
      let bestReach = 0
      for (let suffix = name.count - 1; suffix >= 0; suffix--) {
        const scopes = domains.get(name, suffix)?.[client.network]
        if (scopes === undefined) continue
        const site = client.site === null ? undefined : scopes.sites.get(client.site)
        const association =
          client.association === null ? undefined : scopes.associations.get(client.association)
        const rule = site ?? association ?? scopes.organisation
        if (rule === undefined) continue
        const reach = rule === site ? 3 : rule === association ? 2 : 1
        // The walk goes from short to long, so an equal reach is a longer domain.
        if (reach < bestReach) continue
        best = { rule, suffix }
        bestReach = reach
      }
      return best
    },
  }
}

function noScopes(): Scopes {
  return { organisation: undefined, associations: new Map(), sites: new Map() }
}

function place(scopes: Scopes, rule: Rule): void {
  if (rule.site !== null) {
    scopes.sites.set(rule.site, stronger(scopes.sites.get(rule.site), rule))
  } else if (rule.association !== null) {
    const old = scopes.associations.get(rule.association)
    scopes.associations.set(rule.association, stronger(old, rule))
  } else {
    scopes.organisation = stronger(scopes.organisation, rule)
  }
}

function stronger(old: Rule | undefined, rule: Rule): Rule {
  return old?.action === 'allow' ? old : rule
}
