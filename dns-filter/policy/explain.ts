import type { Clock } from '#core/clock.ts'
import type { DnsUpstream } from '#core/dns-upstream.ts'
import { zoneServersOf } from '#db/filters.ts'
import type { Filters } from '#db/filters.ts'
import type { ListHead } from '#db/lists.ts'
import type { Rule } from '#db/rules.ts'
import { indexAbout } from '../lists/index-about.ts'
import type { ListIndex } from '../lists/list-index.ts'
import { nameFromText, textOfName } from '../message/name.ts'
import { NameMap } from '../names/name-map.ts'
import { Suffixes } from '../names/suffixes.ts'
import type { Client } from './client.ts'
import { IMPOSED, isTrust } from './effective.ts'
import type { EffectivePolicy, Reason } from './effective.ts'
import { Policy } from './policy.ts'
import type { Reservation } from './reserved-names.ts'

export interface ListLine {
  readonly list: ListHead
  /** Counted from 1. */
  readonly line: number
  /** What the line names: the name asked, or one above it. */
  readonly domain: string
  readonly text: string
  /** What the policy makes of this list; `exception`: the list takes its own word back. */
  readonly says: 'imposed' | 'block' | 'trust' | 'exception' | 'nothing'
}

/** What decides about a name for a client, by the same code that answers. */
export interface Explanation {
  readonly by: 'reservation' | 'rule' | 'list' | 'service' | 'nothing'
  readonly isBlocked: boolean
  readonly reservation: Reservation | null
  readonly rule: Rule | null
  /** Null: not blocked by policy. */
  readonly reason: Reason | null
  /** Each list that names it, whether it decides or not; those that block first. */
  readonly lines: readonly ListLine[]
  /** When hours or a lift make something else hold, in milliseconds since the epoch; null: never. */
  readonly until: number | null
  /** All that is not imposed is let through for a time. */
  readonly isOpen: boolean
  /** Who is asked for a zone of the house; null: the internet's upstreams, if anybody. */
  readonly servers: readonly DnsUpstream[] | null
}

export interface House {
  readonly heads: readonly ListHead[]
  readonly rules: readonly Rule[]
  readonly filters: Filters
  /** Names by which people sign in. */
  readonly garden: readonly string[]
  /** Host names of the product itself. */
  readonly ownHosts: readonly string[]
  readonly readText: (list: string) => Promise<Uint8Array>
}

/** Null when `domain` is not a domain name. Reads the lists' texts, so no table need be compiled. */
export async function explainName(
  domain: string,
  client: Client,
  house: House,
  clock: Clock,
): Promise<Explanation | null> {
  const wire = nameFromText(domain)
  if (wire === null) return null
  const name = new Suffixes()
  name.read(wire, 0)
  const index = await indexAbout(name, house.heads, house.readText)
  const policy = new Policy(house.ownHosts, clock)
  policy.useRules(house.rules)
  policy.useFilters(house.filters, house.garden)
  policy.useLists(index)

  const held = policy.of(client)
  const common = {
    ...{ rule: null, reason: null, reservation: null, isOpen: held.isOpen },
    lines: linesOf(index, name, held),
    until: policy.until(client),
  }
  const reserved = policy.reserved.find(name)
  const isGuest = client.network === 'guest'
  const servers = reserved === null ? null : serversOf(name, reserved, house.filters)
  const isSkipped =
    (reserved?.kind === 'canary' && !held.isBypassClosed) ||
    (reserved?.kind === 'internal' && !isGuest && servers !== null)
  if (reserved !== null && !isSkipped) {
    const { kind } = reserved
    const isBlocked = kind === 'canary' || (kind === 'internal' && isGuest)
    return { ...common, by: 'reservation', isBlocked, reservation: kind, servers }
  }
  const { by, kind, reason, rule } = policy.decide(name, client)
  return { ...common, by: by ?? 'nothing', isBlocked: kind === 'block', reason, rule, servers }
}

/** As `ZoneRoutes` finds them. */
function serversOf(
  name: Suffixes,
  { kind, suffix: reserved }: { readonly kind: Reservation; readonly suffix: number },
  { filters }: Filters,
): readonly DnsUpstream[] | null {
  if (kind !== 'internal' && kind !== 'exempt') return null
  const zones = new NameMap(zoneServersOf(filters.flatMap(({ forward }) => forward)))
  const last = kind === 'exempt' ? name.count - 1 : reserved
  for (let suffix = 0; suffix <= last; suffix++) {
    const servers = zones.get(name, suffix)
    if (servers !== undefined) return servers
  }
  return null
}

/** Of each list the line that reaches furthest; those that have a say first. */
function linesOf(index: ListIndex, name: Suffixes, held: EffectivePolicy): readonly ListLine[] {
  const lines: ListLine[] = []
  const excepted = new Set<number>()
  for (let suffix = name.count - 1; suffix >= 0; suffix--) {
    for (const list of index.sets[index.allowedBy(name, suffix)] ?? []) excepted.add(list)
  }
  const seen = new Set<number>()
  for (let suffix = name.count - 1; suffix >= 0; suffix--) {
    const domain = textOfName(name.bytes, name.start(suffix))
    for (const ask of [index.insistedBy, index.setOf, index.allowedBy]) {
      for (const number of index.sets[ask(name, suffix)] ?? []) {
        const list = index.lists[number]
        const source = index.source(number, domain)
        if (list === undefined || source === null || seen.has(number)) continue
        seen.add(number)
        const power = held.lists[number] ?? 0
        const isExcepted = ask !== index.insistedBy && excepted.has(number)
        lines.push({ list, domain, ...source, says: saysOf(power, isExcepted) })
      }
    }
  }
  return lines.toSorted((a, b) => rankOf(a) - rankOf(b))
}

function saysOf(power: number, isExcepted: boolean): ListLine['says'] {
  if (power === 0) return 'nothing'
  if (isTrust(power)) return 'trust'
  if (isExcepted) return 'exception'
  return power === IMPOSED ? 'imposed' : 'block'
}

function rankOf({ says }: ListLine): number {
  return ['imposed', 'trust', 'block', 'exception', 'nothing'].indexOf(says)
}
