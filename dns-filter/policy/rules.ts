import type { NetworkKind } from '#db/sites.ts'
import type { Rule } from '#db/rules.ts'
import type { Client } from './client.ts'
import { NameMap } from '../names/name-map.ts'
import type { Suffixes } from '../names/suffixes.ts'

/** The rules of the house, compiled. */
export interface CompiledRules {
  /** The rule that decides at this time, or null. */
  find(name: Suffixes, client: Client, now: number): Rule | null
  /** Which suffix of the name the rule found last is about. */
  readonly suffix: number
  readonly size: number
}

/**
 * The rules on one domain for one network by how far they reach; an allow stands before a block. Null where
 * there is none: most domains have one rule, and six maps for each of those took 3 MB for a country.
 */
interface Scopes {
  organisation: Rule[] | null
  associations: Map<string, Rule[]> | null
  sites: Map<string, Rule[]> | null
  /** Those that name the place and its network. */
  networks: Map<string, Rule[]> | null
}

type OnDomain = Record<NetworkKind, Scopes | null>

/**
 * Network over site over association over organisation; within one of them the longer domain, and on one
 * domain allow over block: whoever is nearer to the place knows better, and an exception is made on purpose.
 */
export function compileRules(rules: readonly Rule[]): CompiledRules {
  const byDomain = new Map<string, OnDomain>()
  // All allows first, so that each array of scopes has them first.
  for (const rule of [...rules.filter(isAllow), ...rules.filter((rule) => !isAllow(rule))]) {
    const scopes = byDomain.get(rule.domain) ?? { guest: null, staff: null }
    byDomain.set(rule.domain, scopes)
    if (rule.network !== 'staff') place((scopes.guest ??= noScopes()), rule)
    if (rule.network !== 'guest') place((scopes.staff ??= noScopes()), rule)
  }
  const domains = new NameMap(byDomain)
  let found = 0

  return {
    size: rules.length,
    get suffix() {
      return found
    },
    find(name, client, now) {
      let best: Rule | null = null
      let bestReach = 0
      for (let suffix = name.count - 1; suffix >= 0; suffix--) {
        const scopes = domains.get(name, suffix)?.[client.network]
        if (scopes === undefined || scopes === null) continue
        const { site, association } = client
        let reach = 4
        let rule = site === null ? null : inForce(scopes.networks?.get(site), now)
        if (rule === null) {
          reach = 3
          rule = site === null ? null : inForce(scopes.sites?.get(site), now)
        }
        if (rule === null) {
          reach = 2
          rule = association === null ? null : inForce(scopes.associations?.get(association), now)
        }
        if (rule === null) {
          reach = 1
          rule = inForce(scopes.organisation, now)
        }
        // The walk goes from short to long, so an equal reach is a longer domain.
        if (rule === null || reach < bestReach) continue
        best = rule
        bestReach = reach
        found = suffix
      }
      return best
    },
  }
}

function isAllow(rule: Rule): boolean {
  return rule.action === 'allow'
}

function inForce(rules: readonly Rule[] | null | undefined, now: number): Rule | null {
  if (rules === null || rules === undefined) return null
  for (const rule of rules) {
    if (rule.until === null || now < rule.until) return rule
  }
  return null
}

function noScopes(): Scopes {
  return { organisation: null, associations: null, sites: null, networks: null }
}

function place(scopes: Scopes, rule: Rule): void {
  if (rule.site !== null && rule.network !== null) {
    append((scopes.networks ??= new Map()), rule.site, rule)
  } else if (rule.site !== null) append((scopes.sites ??= new Map()), rule.site, rule)
  else if (rule.association !== null) {
    append((scopes.associations ??= new Map()), rule.association, rule)
  } else (scopes.organisation ??= []).push(rule)
}

function append(map: Map<string, Rule[]>, key: string, rule: Rule): void {
  const rules = map.get(key)
  if (rules === undefined) map.set(key, [rule])
  else rules.push(rule)
}
