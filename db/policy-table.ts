import { createSchedule } from '#core/schedule.ts'
import type { Schedule } from '#core/schedule.ts'
import { WEEK_MINUTES, coversSpans, joinSpans, parseWeekHours } from '#core/week-hours.ts'
import type { Policy, Proof } from './policies.ts'
import type { Network } from './sites.ts'

/** A policy of one network, ready to be compared with who logs in there. */
export interface Rule {
  readonly policy: Policy
  /** Null: at any hour. */
  readonly schedule: Schedule | null
}

/** Who logs in, as far as a policy looks. */
export interface Subject {
  readonly groups: readonly string[]
  readonly proof: Proof
  readonly device: string | null
}

/** All policies that are declared, in their order. */
export interface PolicyTable {
  /** Those that may fit somebody on this network: the same array each time. */
  rulesOf(network: Network): readonly Rule[]
}

const NO_RULES: readonly Rule[] = []
const ALWAYS = [{ from: 0, to: WEEK_MINUTES }]

export function compilePolicies(policies: readonly Policy[]): PolicyTable {
  if (policies.length === 0) return { rulesOf: () => NO_RULES }
  const ofNetwork = new WeakMap<Network, readonly Rule[]>()
  // Of all places that keep the same hours by the same clocks, so that they are worked out once.
  const schedules = new Map<string, Schedule | null>()

  function scheduleOf({ hours }: Policy, timezone: string): Schedule | null {
    const key = `${timezone} ${hours.join(', ')}`
    const known = schedules.get(key)
    if (known !== undefined) return known
    const spans = joinSpans(hours.flatMap((text) => parseWeekHours(text) ?? []))
    const isAlways = spans.length === 0 || coversSpans(spans, ALWAYS)
    const made = isAlways ? null : createSchedule(spans, timezone)
    schedules.set(key, made)
    return made
  }

  return {
    rulesOf(network) {
      const known = ofNetwork.get(network)
      if (known !== undefined) return known
      const rules = policies
        .filter((policy) => isForNetwork(policy, network))
        .map((policy) => ({ policy, schedule: scheduleOf(policy, network.timezone) }))
      ofNetwork.set(network, rules.length === 0 ? NO_RULES : rules)
      return rules
    },
  }
}

function isForNetwork(policy: Policy, network: Network): boolean {
  return (
    (policy.network === null || policy.network === network.kind) &&
    isAmong(policy.sites, network.site) &&
    isAmong(policy.associations, network.association)
  )
}

/** Those that fit, up to the first that does so at any hour: what comes after it is never asked. */
export function rulesFor(rules: readonly Rule[], subject: Subject): readonly Rule[] {
  const fitting = rules.filter(({ policy }) => fits(policy, subject))
  const last = fitting.findIndex(({ schedule }) => schedule === null)
  return last < 0 ? fitting : fitting.slice(0, last + 1)
}

function fits({ groups, proofs, devices }: Policy, subject: Subject): boolean {
  return (
    isAmong(proofs, subject.proof) &&
    (devices.length === 0 || (subject.device !== null && devices.includes(subject.device))) &&
    (groups.length === 0 || subject.groups.some((group) => groups.includes(group.toLowerCase())))
  )
}

/** An empty list says nothing. */
function isAmong<T>(list: readonly T[], one: T): boolean {
  return list.length === 0 || list.includes(one)
}
