import { parseAddress, PrefixTable } from '#core/ip.ts'
import type { BlockAnswer, Filter } from '#db/filters.ts'
import { BLOCK_ANSWERS } from '#db/filters.ts'
import type { ListHead } from '#db/lists.ts'
import type { NetworkKind } from '#db/sites.ts'
import type { ExtendedError } from '../message/edns.ts'
import { extendedError } from '../message/edns.ts'
import { ExtendedCode } from '../message/registry.ts'
import { NameMap } from '../names/name-map.ts'
import type { Holding, Layer, Level } from './layers.ts'
import { builtInReference, listReference, serviceReference } from '#db/filter-references.ts'
import type { BuiltInCause } from '#db/filter-references.ts'
import { SERVICE_NAMES } from '#db/filter-services.ts'

/** Why a name is blocked, and with what it is answered. */
export interface Reason {
  /** The list's category, the service's name, or the built-in cause. */
  readonly category: string
  readonly answer: BlockAnswer
  readonly error: ExtendedError
  readonly ref: string
  /** Which of `LEVELS` says so, and in which hours; none: always. */
  readonly level: Level
  readonly hours: readonly string[]
}

/**
 * How strongly a policy means what it says of a list: the strongest on a name decides. One more than twice
 * the level, and one more than that where it lets through: a nearer level over a farther one, and at one
 * level allow over block.
 */
export const IMPOSED = 255

function blockPower(level: number): number {
  return 1 + 2 * level
}

export function isTrust(power: number): boolean {
  return power !== IMPOSED && power !== 0 && power % 2 === 0
}

/** What holds for all clients with the same holding, over one index of lists. */
export interface EffectivePolicy {
  /** For each list: 0, or how strongly it blocks or lets through. */
  readonly lists: Uint8Array
  readonly listReasons: readonly (Reason | null)[]
  /** For each set of lists: that of its strongest list, and which list that is. */
  readonly sets: Uint8Array
  readonly strongest: Uint16Array
  /** For each of `SUBJECT_SERVICES`. */
  readonly services: Uint8Array
  readonly serviceReasons: readonly (Reason | null)[]
  /** What a name that a rule blocks is answered with. */
  readonly ruleAnswer: BlockAnswer
  /** All that is not imposed is let through for a time. */
  readonly isOpen: boolean
  readonly isBypassClosed: boolean
  readonly safeSearch: boolean
  readonly page: { readonly v4: readonly Uint8Array[]; readonly v6: readonly Uint8Array[] }
  /** Null: none. */
  readonly addresses: PrefixTable<true> | null
  readonly addressReason: Reason
  readonly privateReason: Reason
  readonly internalReason: Reason
  readonly privateNames: NameMap<true> | null
}

/** The services of this version, and last the resolvers that go round this one. */
export const SUBJECT_SERVICES: readonly string[] = [...SERVICE_NAMES, 'bypass']

const NO_ANSWERS: ReadonlyMap<string, BlockAnswer> = new Map()

export function buildPolicy(
  network: NetworkKind,
  holding: Holding,
  lists: readonly ListHead[],
  sets: readonly (readonly number[])[],
): EffectivePolicy {
  const { layers, lifts } = holding
  const nearestFirst = layers.toReversed()
  const lifted = new Set(lifts.map(({ subject }) => subject))
  const isOpen = lifted.has(null)
  const answers = new Map(layers.map((layer) => [layer, answersOf(layer.filter)]))

  function answerOf(category: string): BlockAnswer {
    for (const layer of nearestFirst) {
      const answer = answers.get(layer)?.get(category) ?? layer.filter.answer
      if (answer !== null) return answer
    }
    return 'nxdomain'
  }

  function first<T>(read: (filter: Filter) => T | null): T | null {
    for (const { filter } of nearestFirst) {
      const said = read(filter)
      if (said !== null) return said
    }
    return null
  }

  function reasonOf(stance: Stance, category: string, ref: string, by = 'cat'): Reason | null {
    if (stance.power === 0 || isTrust(stance.power)) return null
    const code =
      stance.power === IMPOSED
        ? ExtendedCode.Censored
        : stance.layer?.filter.asked === true
          ? ExtendedCode.Filtered
          : ExtendedCode.Blocked
    return {
      ...{ category, ref, answer: answerOf(category) },
      error: extendedError(code, `${by}=${category};ref=${ref}`),
      level: stance.layer?.level ?? 0,
      hours: stance.layer?.filter.hours ?? [],
    }
  }

  function builtIn(cause: BuiltInCause): Reason {
    const ref = builtInReference(cause)
    const said = answerOf(cause)
    // Of a name with an inner address it is only the address that is not given: the name exists.
    const answer = cause === 'private-address' && said === 'nxdomain' ? 'nodata' : said
    return {
      ...{ category: cause, ref, answer, level: 0, hours: [] },
      error: extendedError(ExtendedCode.Blocked, `by=${cause};ref=${ref}`),
    }
  }

  const listStances = lists.map((list): Stance => {
    const subjects = [`list:${list.name}`, list.category]
    const isDeclared = list.blocks.includes(network)
    return stanceOf(layers, subjects, { isDeclared, isOpen, lifted })
  })
  const bypass = first(({ bypass: said }) => said)
  const closedBy = nearestFirst.find(({ filter }) => filter.bypass !== null)
  const isBypassClosed =
    !isOpen &&
    !lifted.has('bypass') &&
    (bypass ?? (network === 'guest' ? 'closed' : 'open')) === 'closed'
  const serviceStances = SUBJECT_SERVICES.map((service): Stance => {
    if (service !== 'bypass') {
      return stanceOf(layers, [`service:${service}`], { isDeclared: false, isOpen, lifted })
    }
    if (!isBypassClosed) return NO_STANCE
    return { power: blockPower(closedBy?.level ?? 0), layer: closedBy ?? null }
  })
  const power = Uint8Array.from(listStances, (stance) => stance.power)
  const strongest = Uint16Array.from(sets, (members) => strongestOf(members, power))
  const page = (first(({ page: said }) => (said.length === 0 ? null : said)) ?? []).flatMap(
    (text) => parseAddress(text) ?? [],
  )
  const prefixes = layers.flatMap(({ filter }) => filter.addresses)
  const privateNames = layers.flatMap(({ filter }) => filter.privateNames)
  return {
    lists: power,
    listReasons: lists.map((list, i) =>
      reasonOf(listStances[i] ?? NO_STANCE, list.category, listReference(list)),
    ),
    strongest,
    sets: Uint8Array.from(sets, (members, set) =>
      members.length === 0 ? 0 : (power[strongest[set] ?? 0] ?? 0),
    ),
    services: Uint8Array.from(serviceStances, (stance) => stance.power),
    serviceReasons: SUBJECT_SERVICES.map((service, i) => {
      const stance = serviceStances[i] ?? NO_STANCE
      return service === 'bypass'
        ? reasonOf(stance, service, builtInReference('bypass'), 'by')
        : reasonOf(stance, service, serviceReference(service))
    }),
    ruleAnswer: answerOf('rule'),
    isOpen,
    isBypassClosed,
    safeSearch: !isOpen && (first(({ safeSearch }) => safeSearch) ?? false),
    page: {
      v4: page.filter((address) => address.length === 4),
      v6: page.filter((address) => address.length === 16),
    },
    addresses:
      prefixes.length === 0 || isOpen
        ? null
        : new PrefixTable(prefixes.map((prefix) => [prefix, true] as const)),
    addressReason: builtIn('address'),
    privateReason: builtIn('private-address'),
    internalReason: builtIn('internal'),
    privateNames:
      privateNames.length === 0
        ? null
        : new NameMap(privateNames.map((name) => [name, true] as const)),
  }
}

interface Stance {
  readonly power: number
  readonly layer: Layer | null
}

const NO_STANCE: Stance = { power: 0, layer: null }

/** What the nearest level that names one of the subjects says of it. */
function stanceOf(
  layers: readonly Layer[],
  subjects: readonly string[],
  house: {
    /** The list itself was declared to block on this network: a word of the organisation. */
    readonly isDeclared: boolean
    readonly isOpen: boolean
    readonly lifted: ReadonlySet<string | null>
  },
): Stance {
  const names = (said: readonly string[]): boolean => subjects.some((one) => said.includes(one))
  const imposing = layers.find(({ filter }) => names(filter.imposed))
  if (imposing !== undefined) return { power: IMPOSED, layer: imposing }
  for (let level = 4; level >= 0; level--) {
    const here = layers.filter((layer) => layer.level === level)
    const trusting = here.find(({ filter }) => names(filter.trust))
    if (trusting !== undefined) return { power: blockPower(level) + 1, layer: trusting }
    if (here.some(({ filter }) => names(filter.allow))) return NO_STANCE
    const blocking = here.find(({ filter }) => names(filter.block))
    if (blocking === undefined && !(level === 0 && house.isDeclared)) continue
    const isLifted = house.isOpen || subjects.some((subject) => house.lifted.has(subject))
    return isLifted ? NO_STANCE : { power: blockPower(level), layer: blocking ?? null }
  }
  return NO_STANCE
}

/** The first of the strongest. */
function strongestOf(members: readonly number[], power: Uint8Array): number {
  let best = members[0] ?? 0
  for (const member of members) if ((power[member] ?? 0) > (power[best] ?? 0)) best = member
  return best
}

function answersOf({ answers }: Filter): ReadonlyMap<string, BlockAnswer> {
  if (answers.length === 0) return NO_ANSWERS
  return new Map(
    answers.flatMap((text) => {
      const at = text.lastIndexOf('=')
      const answer = BLOCK_ANSWERS.find((one) => one === text.slice(at + 1))
      return answer === undefined ? [] : [[text.slice(0, at), answer] as const]
    }),
  )
}
