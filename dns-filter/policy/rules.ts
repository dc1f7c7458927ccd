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

/** The rules on one domain for one network by how far they reach; an allow stands before a block. */
interface Scopes {
  readonly organisation: Rule[]
  readonly associations: Map<string, Rule[]>
  readonly sites: Map<string, Rule[]>
  /** Those that name the place and its network. */
  readonly networks: Map<string, Rule[]>
}

type OnDomain = Readonly<Record<NetworkKind, Scopes>>

/**
 * Network over site over association over organisation; within one of them the longer domain, and on one
 * domain allow over block: whoever is nearer to the place knows better, and an exception is made on purpose.
 */
export function compileRules(rules: readonly Rule[]): CompiledRules {
  const byDomain = new Map<string, OnDomain>()
  // All allows first, so that each array of scopes has them first.
  for (const rule of [...rules.filter(isAllow), ...rules.filter((rule) => !isAllow(rule))]) {
    const scopes = byDomain.get(rule.domain) ?? { guest: noScopes(), staff: noScopes() }
    byDomain.set(rule.domain, scopes)
    if (rule.network !== 'staff') place(scopes.guest, rule)
    if (rule.network !== 'guest') place(scopes.staff, rule)
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
        if (scopes === undefined) continue
        const { site, association } = client
        let reach = 4
        let rule = site === null ? null : inForce(scopes.networks.get(site), now)
        if (rule === null) {
          reach = 3
          rule = site === null ? null : inForce(scopes.sites.get(site), now)
        }
        if (rule === null) {
          reach = 2
          rule = association === null ? null : inForce(scopes.associations.get(association), now)
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

function inForce(rules: readonly Rule[] | undefined, now: number): Rule | null {
  if (rules === undefined) return null
  for (const rule of rules) {
    if (rule.until === null || now < rule.until) return rule
  }
  return null
}

function noScopes(): Scopes {
  return { organisation: [], associations: new Map(), sites: new Map(), networks: new Map() }
}

function place(scopes: Scopes, rule: Rule): void {
  if (rule.site !== null) {
    append(rule.network === null ? scopes.sites : scopes.networks, rule.site, rule)
  } else if (rule.association !== null) append(scopes.associations, rule.association, rule)
  else scopes.organisation.push(rule)
}

function append(map: Map<string, Rule[]>, key: string, rule: Rule): void {
  const rules = map.get(key)
  if (rules === undefined) map.set(key, [rule])
  else rules.push(rule)
}
