import type { Clock } from '#core/clock.ts'
import type { Filters } from '#db/filters.ts'
import { NO_FILTERS, zoneServersOf } from '#db/filters.ts'
import type { Rule } from '#db/rules.ts'
import { LIMITS } from '../limits.ts'
import { NO_LISTS } from '../lists/list-index.ts'
import type { ListIndex } from '../lists/list-index.ts'
import { extendedError } from '../message/edns.ts'
import { ExtendedCode } from '../message/registry.ts'
import { NameMap, namesAbove } from '../names/name-map.ts'
import type { Suffixes } from '../names/suffixes.ts'
import { OTHER_RESOLVERS } from './bypass-names.ts'
import type { Client } from './client.ts'
import { buildPolicy, IMPOSED, isTrust, SUBJECT_SERVICES } from './effective.ts'
import type { EffectivePolicy, Reason } from './effective.ts'
import { createLayers, levelOf } from './layers.ts'
import type { Layers } from './layers.ts'
import { ListedCategories, UNLISTED } from './listed.ts'
import type { Listed } from './listed.ts'
import { ruleReference } from '#db/filter-references.ts'
import { createReservedNames, exemptNames } from './reserved-names.ts'
import type { OwnNames, ReservedNames } from './reserved-names.ts'
import { compileRules } from './rules.ts'
import type { CompiledRules } from './rules.ts'
import { SERVICES } from '#db/filter-services.ts'

/** What was decided about a name. The same object at each call: read it before the next. */
export interface Decision {
  /** `allow`: let through, whatever the chain of the answer says. */
  readonly kind: 'pass' | 'allow' | 'block'
  /** What decided. */
  readonly by: 'rule' | 'list' | 'service' | null
  /** The suffix of the name that it was decided for. */
  readonly suffix: number
  /** Not all below this very name is blocked: NXDOMAIN would deny that too (RFC 8020). */
  readonly hasAllowedBelow: boolean
  /** Null: not blocked. */
  readonly reason: Reason | null
  readonly rule: Rule | null
  /** Of which categories the lists are that name it, whatever was decided. */
  readonly listed: Listed
}

/** What holds for a client, until that changes. */
interface Standing {
  readonly generation: number
  readonly from: number
  readonly until: number
  readonly policy: EffectivePolicy
}

/**
 * Rules, lists and filters as they are now; each is replaced as a whole, never changed in place. To decide
 * is to look a name's suffixes up and to take the largest of a few bytes; no object is made.
 */
export class Policy {
  readonly #clock: Clock
  readonly #hosts: readonly string[]
  #own: OwnNames
  #reserved: ReservedNames
  #ruled: readonly Rule[] = []
  readonly #services: NameMap<readonly number[]>
  #rules: CompiledRules = compileRules([])
  #ruleReasons = new Map<Rule, Map<string, Reason>>()
  #lists: ListIndex = NO_LISTS
  #layers: Layers = createLayers(NO_FILTERS)
  #allowedBelow: NameMap<true>
  #generation = 0
  #standings = new WeakMap<Client, Standing>()
  // Of one message it is asked several times.
  #client: Client | null = null
  #standing: Standing | undefined = undefined
  #policies = new Map<string, EffectivePolicy>()
  #excepted = new Uint8Array(0)
  #categories = new ListedCategories(NO_LISTS)

  // When it was decided, and the search on the lists, in fields so that nothing need return an object.
  #now = 0
  #power = 0
  #suffix = 0
  #reason: Reason | null = null
  #by: 'list' | 'service' = 'list'
  #listed: Listed = UNLISTED
  readonly #decision: { -readonly [K in keyof Decision]: Decision[K] } = {
    kind: 'pass',
    by: null,
    suffix: 0,
    hasAllowedBelow: false,
    reason: null,
    rule: null,
    listed: UNLISTED,
  }

  constructor(hosts: readonly string[], clock: Clock) {
    this.#clock = clock
    this.#hosts = hosts
    this.#own = { hosts, always: [], internal: [], forwarded: [] }
    this.#reserved = createReservedNames(this.#own)
    this.#allowedBelow = this.#above()
    this.#services = servicesByName()
  }

  get lists(): ListIndex {
    return this.#lists
  }

  /** Names that are above every policy. */
  get reserved(): ReservedNames {
    return this.#reserved
  }

  /** How many different policies are held. */
  get size(): number {
    return this.#policies.size
  }

  useRules(rules: readonly Rule[]): void {
    this.#rules = compileRules(rules)
    this.#ruleReasons = new Map()
    this.#ruled = rules
    this.#allowedBelow = this.#above()
  }

  useLists(lists: ListIndex): void {
    this.#lists = lists
    this.#excepted = new Uint8Array(lists.lists.length)
    this.#categories = new ListedCategories(lists)
    this.#forget()
  }

  /** `garden`: names by which people sign in, which nothing may block; `*.x` is x and all below. */
  useFilters(filters: Filters, garden: readonly string[] = []): void {
    this.#layers = createLayers(filters)
    this.#own = {
      hosts: this.#hosts,
      always: [
        ...garden.map((name) => name.replace(/^\*\./, '')),
        ...filters.filters.flatMap(({ always }) => always),
      ],
      internal: filters.filters.flatMap(({ internal }) => internal),
      forwarded: filters.filters.flatMap(({ forward }) => [...zoneServersOf(forward).keys()]),
    }
    this.#reserved = createReservedNames(this.#own)
    this.#allowedBelow = this.#above()
    this.#forget()
  }

  /** What holds for the client now, or when it asked. */
  of(client: Client, now: number = this.#clock()): EffectivePolicy {
    this.#now = now
    if (client !== this.#client) {
      this.#client = client
      this.#standing = this.#standings.get(client)
    }
    const known = this.#standing
    const isCurrent =
      known !== undefined &&
      known.generation === this.#generation &&
      known.from <= now &&
      now < known.until
    return isCurrent ? known.policy : this.#stand(client, now)
  }

  /** When hours or a lift make something else hold for the client; null: never. */
  until(client: Client): number | null {
    const { until } = this.#layers.holding(client, this.#clock())
    return until === Number.MAX_SAFE_INTEGER ? null : until
  }

  decide(name: Suffixes, client: Client, now: number = this.#clock()): Decision {
    const policy = this.of(client, now)
    this.#search(name, policy)
    const decision = this.#decision
    decision.listed = this.#listed
    decision.kind = 'pass'
    decision.by = null
    decision.rule = null
    decision.reason = null
    decision.hasAllowedBelow = false
    if (this.#power !== IMPOSED && !policy.isOpen) {
      const rule = this.#rules.find(name, client, this.#now)
      if (rule !== null) {
        decision.by = 'rule'
        decision.rule = rule
        decision.suffix = this.#rules.suffix
        if (rule.action === 'allow') decision.kind = 'allow'
        else this.#block(name, this.#ruleReason(rule, policy))
        return decision
      }
    }
    if (this.#power === 0) return decision
    decision.by = this.#by
    decision.suffix = this.#suffix
    if (isTrust(this.#power)) decision.kind = 'allow'
    else if (this.#reason !== null) {
      this.#block(name, this.#reason)
      // What blocks a name above has all below this one too.
      if (this.#suffix === 0 && this.#by === 'list' && !this.#isBlockedBelow(name, policy)) {
        decision.hasAllowedBelow = true
      }
    }
    return decision
  }

  /** The same categories as if one name were on the lists of both. */
  listedTogether(a: Listed, b: Listed): Listed {
    return this.#categories.both(a, b)
  }

  /** Is what is below a blocked name, and named nowhere, blocked too? Hosts files name a host alone. */
  #isBlockedBelow(name: Suffixes, policy: EffectivePolicy): boolean {
    const lists = this.#lists
    const blocked = policy.sets[lists.setBelow(name)] as number
    const insisted = policy.sets[lists.insistedBelow(name)] as number
    const below = Math.max(blocked, insisted)
    if (below === this.#power) return true
    this.#search(name, policy, 1)
    const power = Math.max(below, this.#power)
    return power !== 0 && !isTrust(power)
  }

  #block(name: Suffixes, reason: Reason): void {
    this.#decision.kind = 'block'
    this.#decision.reason = reason
    this.#decision.hasAllowedBelow = this.#allowedBelow.get(name, 0) === true
  }

  /** The strongest word on the name from this suffix up, and of equals the one on the shortest. */
  #search(name: Suffixes, policy: EffectivePolicy, from = 0): void {
    const lists = this.#lists
    this.#power = 0
    this.#listed = UNLISTED
    let hasExceptions = false
    for (let suffix = name.count - 1; suffix >= from; suffix--) {
      this.#weigh(lists.setOf(name, suffix), suffix, policy)
      this.#weigh(lists.insistedBy(name, suffix), suffix, policy)
      if (lists.allowedBy(name, suffix) !== 0) hasExceptions = true
      const services = this.#services.get(name, suffix)
      if (services !== undefined) this.#weighServices(services, suffix, policy)
    }
    if (hasExceptions) this.#searchWithExceptions(name, policy, from)
  }

  #weigh(set: number, suffix: number, policy: EffectivePolicy): void {
    if (set === 0) return
    this.#listed = this.#categories.withSet(this.#listed, set)
    const power = policy.sets[set] as number
    if (power > this.#power) this.#take(power, suffix, policy, policy.strongest[set] as number)
  }

  #take(power: number, suffix: number, policy: EffectivePolicy, list: number): void {
    this.#power = power
    this.#suffix = suffix
    this.#by = 'list'
    this.#reason = policy.listReasons[list] ?? null
  }

  #weighServices(services: readonly number[], suffix: number, policy: EffectivePolicy): void {
    for (const service of services) {
      const power = policy.services[service] as number
      if (power <= this.#power) continue
      this.#power = power
      this.#suffix = suffix
      this.#by = 'service'
      this.#reason = policy.serviceReasons[service] ?? null
    }
  }

  /**
   * An exception of a list takes back what that list says, not what another does: who keeps a list of
   * advertisers does not vouch for a name that a list of phishing has. Of a trusted list it is trust.
   */
  #searchWithExceptions(name: Suffixes, policy: EffectivePolicy, from: number): void {
    const lists = this.#lists
    this.#excepted.fill(0)
    this.#power = 0
    this.#listed = UNLISTED
    for (let suffix = name.count - 1; suffix >= from; suffix--) {
      for (const list of lists.sets[lists.allowedBy(name, suffix)] ?? []) {
        this.#excepted[list] = 1
        const power = policy.lists[list] as number
        if (isTrust(power) && power > this.#power) this.#take(power, suffix, policy, list)
      }
    }
    for (let suffix = name.count - 1; suffix >= from; suffix--) {
      for (const list of lists.sets[lists.setOf(name, suffix)] ?? []) {
        if (this.#excepted[list] === 1) continue
        this.#listed = this.#categories.withList(this.#listed, list)
        const power = policy.lists[list] as number
        if (power > this.#power) this.#take(power, suffix, policy, list)
      }
      this.#weigh(lists.insistedBy(name, suffix), suffix, policy)
      const services = this.#services.get(name, suffix)
      if (services !== undefined) this.#weighServices(services, suffix, policy)
    }
  }

  #stand(client: Client, now: number): EffectivePolicy {
    const holding = this.#layers.holding(client, now)
    let policy = this.#policies.get(holding.key)
    if (policy === undefined) {
      // Hours and lifts make new ones in time; the old are not asked for again soon.
      if (this.#policies.size >= LIMITS.policies) this.#policies.clear()
      policy = buildPolicy(client.network, holding, this.#lists.lists, this.#lists.sets)
      this.#policies.set(holding.key, policy)
    }
    const { from, until } = holding
    this.#standing = { generation: this.#generation, from, until, policy }
    this.#standings.set(client, this.#standing)
    return policy
  }

  #forget(): void {
    this.#generation++
    this.#policies = new Map()
  }

  #ruleReason(rule: Rule, { ruleAnswer }: EffectivePolicy): Reason {
    const known = this.#ruleReasons.get(rule)?.get(ruleAnswer)
    if (known !== undefined) return known
    const ref = ruleReference(rule)
    const error = extendedError(ExtendedCode.Blocked, `by=rule;ref=${ref}`)
    const reason = {
      category: 'rule',
      answer: ruleAnswer,
      error,
      ref,
      level: levelOf(rule),
      hours: [],
    }
    const reasons = this.#ruleReasons.get(rule) ?? new Map<string, Reason>()
    this.#ruleReasons.set(rule, reasons.set(ruleAnswer, reason))
    return reason
  }

  #above(): NameMap<true> {
    const allowed = this.#ruled
      .filter(({ action }) => action === 'allow')
      .map(({ domain }) => domain)
    const names = namesAbove([...exemptNames(this.#own), ...allowed])
    return new NameMap([...names].map((name) => [name, true]))
  }
}

function servicesByName(): NameMap<readonly number[]> {
  const numbers = new Map<string, number[]>()
  for (const [number, service] of SUBJECT_SERVICES.entries()) {
    for (const domain of service === 'bypass' ? OTHER_RESOLVERS : (SERVICES[service] ?? [])) {
      const known = numbers.get(domain)
      if (known === undefined) numbers.set(domain, [number])
      else known.push(number)
    }
  }
  return new NameMap(numbers)
}
