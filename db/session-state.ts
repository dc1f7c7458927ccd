import { NO_OCTETS } from './octets.ts'
import type { Octets } from './octets.ts'
import { addPoint } from './runs.ts'
import type { Run } from './runs.ts'
import { readSeenAddress } from './seen-address.ts'
import type { NetworkKind } from './sites.ts'

/** How the start is known: as no more than a bound, from Acct-Session-Time, or from a Start. */
export type StartRank = 0 | 1 | 2

export interface Stop {
  readonly at: number
  readonly nasAt: number | null
  readonly cause: string | null
  /** Only what a packet says is certain; the rest is inferred, and a later packet takes it back. */
  readonly by: 'packet' | 'restart' | 'silence' | 'grant'
}

/** What is known of one connection while it can still change. Times in ms since the epoch. */
export interface SessionState {
  readonly key: string
  /** Counts the sessions that had the same key one after the other. */
  readonly generation: number
  /** Of the row in the database, 0 if there is none: a writer that lost a race sees it by this. */
  readonly version: number
  /** The partition of its row in the log; null until it has one. */
  readonly day: string | null
  readonly id: string
  readonly gateway: string
  readonly site: string
  readonly network: NetworkKind
  readonly mac: string | null
  readonly account: string | null
  readonly accountAt: number | null
  /** As `seenAddress` writes them. */
  readonly ipv4: readonly Run<string>[]
  readonly ipv6: readonly Run<string>[]
  readonly startedAt: number
  readonly startRank: StartRank
  readonly nasStartedAt: number | null
  readonly lastAt: number
  readonly stop: Stop | null
  /** False: known from an acceptance alone. */
  readonly accounted: boolean
  readonly grantUntil: number | null
  /** The longest time between two of its packets so far. */
  readonly intervalSeconds: number
  readonly seconds: number | null
  readonly octetsIn: Octets
  readonly octetsOut: Octets
}

/** One that is being merged; nobody else has it. */
export type SessionDraft = { -readonly [Field in keyof SessionState]: SessionState[Field] }

/** With the version and the day that it has in the database. */
export type WrittenState = SessionState & { readonly day: string }

export const SESSION_LIMITS = {
  /** What a gateway is asked for in the Access-Accept, and what most do. */
  intervalSeconds: 600,
  /** A longer silence is an outage, not an interval. */
  longestIntervalSeconds: 7200,
  /** Older addresses of one connection are no longer merged with what comes late; their rows stay. */
  addresses: 64,
} as const

/** A session of which nothing but its first moment is known. */
export function newSession(
  first: Pick<SessionState, 'key' | 'generation' | 'id' | 'gateway' | 'site' | 'network' | 'mac'>,
  at: number,
): SessionDraft {
  return {
    // In one order, as all others have them: V8 then needs to know one kind of object.
    key: first.key,
    generation: first.generation,
    version: 0,
    day: null,
    id: first.id,
    gateway: first.gateway,
    site: first.site,
    network: first.network,
    mac: first.mac,
    account: null,
    accountAt: null,
    ipv4: [],
    ipv6: [],
    startedAt: at,
    startRank: 0,
    nasStartedAt: null,
    lastAt: at,
    stop: null,
    accounted: true,
    grantUntil: null,
    intervalSeconds: SESSION_LIMITS.intervalSeconds,
    seconds: null,
    octetsIn: NO_OCTETS,
    octetsOut: NO_OCTETS,
  }
}

/** The device was seen with this address at that moment. */
export function seeAddress(
  runs: readonly Run<string>[],
  address: string | null,
  at: number,
): readonly Run<string>[] {
  if (address === null) return runs
  const seen = addPoint(runs, [at, address], (before, after) => before === after)
  return seen.length > SESSION_LIMITS.addresses ? seen.slice(-SESSION_LIMITS.addresses) : seen
}

/** What the log says of a session: the fields of its row that packets can change. */
export interface LegalFields {
  readonly account: string | null
  readonly ipv4: string | null
  readonly ipv4_at: number | null
  readonly public_ip: string | null
  readonly first_port: number | null
  readonly last_port: number | null
  readonly ipv6: string | null
  readonly ipv6_at: number | null
  readonly started_at: number
  readonly nas_started_at: number | null
  readonly stopped_at: number | null
  readonly nas_stopped_at: number | null
  readonly stop_cause: string | null
}

export function legalFields(state: SessionState): LegalFields {
  const { stop } = state
  const [v4] = state.ipv4.at(-1) ?? []
  const [v6] = state.ipv6.at(-1) ?? []
  const seen = v4 === undefined ? null : readSeenAddress(v4[1])
  return {
    account: state.account,
    ipv4: seen?.ip ?? null,
    ipv4_at: v4?.[0] ?? null,
    public_ip: seen?.publicIp ?? null,
    first_port: seen?.ports?.first ?? null,
    last_port: seen?.ports?.last ?? null,
    ipv6: v6?.[1] ?? null,
    ipv6_at: v6?.[0] ?? null,
    started_at: state.startedAt,
    nas_started_at: state.nasStartedAt,
    // Seconds are rounded somewhere on the way: nothing ends before it began.
    stopped_at: stop === null ? null : Math.max(stop.at, state.startedAt),
    nas_stopped_at: stop?.nasAt ?? null,
    stop_cause: stop?.cause ?? null,
  }
}

export interface FormerAddress {
  readonly address: string
  /** What the internet saw of it. */
  readonly public_ip: string | null
  /** `[3274,3523]` */
  readonly public_ports: string | null
  readonly from_at: number
  /** When the device was first seen with the next one. */
  readonly until_at: number
}

/** All addresses but the present ones. */
export function formerAddresses(state: SessionState): readonly FormerAddress[] {
  return [state.ipv4, state.ipv6].flatMap((runs) =>
    runs.flatMap(([[from_at, seen]], i) => {
      const next = runs[i + 1]
      if (next === undefined) return []
      const { ip: address, publicIp: public_ip, ports } = readSeenAddress(seen)
      const public_ports = ports === null ? null : `[${ports.first},${ports.last}]`
      return [{ address, public_ip, public_ports, from_at, until_at: next[0][0] }]
    }),
  )
}
