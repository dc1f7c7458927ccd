import type { Octets } from './octets.ts'
import type { Run } from './runs.ts'
import { legalFields } from './session-state.ts'
import type { LegalFields, SessionState, StartRank, Stop } from './session-state.ts'
import type { NetworkKind } from './sites.ts'

/** What has no column of its own; empty parts are left out. */
interface Trail {
  readonly ipv4?: readonly Run<string>[]
  readonly ipv6?: readonly Run<string>[]
  readonly in?: readonly Run<number>[]
  readonly out?: readonly Run<number>[]
}

/** A row of log.session as it is read. */
export interface SessionRow {
  readonly key: string
  readonly generation: number
  readonly version: number
  readonly day: string
  readonly id: string
  readonly gateway: string
  readonly site: string
  readonly network: NetworkKind
  readonly mac: string | null
  readonly account: string | null
  readonly account_at: Date | null
  readonly started_at: Date
  readonly start_rank: StartRank
  readonly nas_started_at: Date | null
  readonly last_at: Date
  readonly stopped_at: Date | null
  readonly stop_cause: string | null
  readonly stop_by: Stop['by'] | null
  readonly nas_stopped_at: Date | null
  readonly accounted: boolean
  readonly grant_until: Date | null
  readonly interval_seconds: number
  /** bigint and numeric come as text. */
  readonly seconds: string | null
  readonly octets_in: string | null
  readonly octets_out: string | null
  readonly trail: string
}

export function stateOf(row: SessionRow): SessionState {
  // This program wrote it.
  const trail = JSON.parse(row.trail) as Trail
  return {
    key: row.key,
    generation: row.generation,
    version: row.version,
    day: row.day,
    id: row.id,
    gateway: row.gateway,
    site: row.site,
    network: row.network,
    mac: row.mac,
    account: row.account,
    accountAt: row.account_at?.getTime() ?? null,
    ipv4: trail.ipv4 ?? [],
    ipv6: trail.ipv6 ?? [],
    startedAt: row.started_at.getTime(),
    startRank: row.start_rank,
    nasStartedAt: row.nas_started_at?.getTime() ?? null,
    lastAt: row.last_at.getTime(),
    stop:
      row.stopped_at === null || row.stop_by === null
        ? null
        : {
            at: row.stopped_at.getTime(),
            nasAt: row.nas_stopped_at?.getTime() ?? null,
            cause: row.stop_cause,
            by: row.stop_by,
          },
    accounted: row.accounted,
    grantUntil: row.grant_until?.getTime() ?? null,
    intervalSeconds: row.interval_seconds,
    seconds: row.seconds === null ? null : Number(row.seconds),
    octetsIn: octetsOf(row.octets_in, trail.in),
    octetsOut: octetsOf(row.octets_out, trail.out),
  }
}

/** Whether something changed that the log keeps. */
export function changesLog(state: SessionState, before: SessionState): boolean {
  if (isSurelySame(state, before)) return false
  const [now, then] = [legalFields(state), legalFields(before)]
  return FIELDS.some((field) => now[field] !== then[field])
}

/** By what they are made of, which an interim leaves as it is: the same objects. */
function isSurelySame(a: SessionState, b: SessionState): boolean {
  return (
    a.stop === b.stop &&
    a.account === b.account &&
    a.startedAt === b.startedAt &&
    a.nasStartedAt === b.nasStartedAt &&
    a.ipv4.at(-1)?.[0] === b.ipv4.at(-1)?.[0] &&
    a.ipv6.at(-1)?.[0] === b.ipv6.at(-1)?.[0]
  )
}

const FIELDS = [
  'account',
  'ipv4',
  'ipv4_at',
  'public_ip',
  'first_port',
  'last_port',
  'ipv6',
  'ipv6_at',
  'started_at',
  'nas_started_at',
  'stopped_at',
  'nas_stopped_at',
  'stop_cause',
] as const satisfies readonly (keyof LegalFields)[]

/** As text: only this program reads it. */
export function trailOf({ ipv4, ipv6, octetsIn, octetsOut }: SessionState): string {
  let trail = ''
  if (ipv4.length > 0) trail += `,"ipv4":${JSON.stringify(ipv4)}`
  if (ipv6.length > 0) trail += `,"ipv6":${JSON.stringify(ipv6)}`
  if (octetsIn.runs.length > 0) trail += `,"in":${countsOf(octetsIn.runs)}`
  if (octetsOut.runs.length > 0) trail += `,"out":${countsOf(octetsOut.runs)}`
  return `{${trail.slice(1)}}`
}

/** The same as JSON.stringify, which takes several times as long for a few numbers in three arrays. */
function countsOf(runs: readonly Run<number>[]): string {
  let text = ''
  for (const [[firstAt, first], [lastAt, last]] of runs) {
    text += `,[[${firstAt},${first}],[${lastAt},${last}]]`
  }
  return `[${text.slice(1)}]`
}

function octetsOf(total: string | null, runs: readonly Run<number>[] | undefined): Octets {
  return { total: total === null ? null : BigInt(total), runs: runs ?? [] }
}
