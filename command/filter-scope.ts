import type { Database } from '#db/connection.ts'
import type { NetworkKind } from '#db/sites.ts'
import { readInstant } from '#core/instant.ts'
import { UsageError } from './run.ts'

const text = { type: 'string' } as const
export const SCOPE_OPTIONS = { site: text, association: text, network: text } as const
export const SCOPE_USAGE = '[--network guest|staff] [--site CODE | --association CODE]'

export interface CommandScope {
  readonly site: string | null
  readonly association: string | null
  readonly network: NetworkKind | null
}

/** Where a rule or a lift is to hold; what is not there is a mistake, not a scope that fits nobody. */
export async function scopeOf(
  { kysely }: Database,
  values: { readonly site?: string; readonly association?: string; readonly network?: string },
): Promise<CommandScope> {
  const { site = null, association = null } = values
  if (site !== null && association !== null) {
    throw new UsageError('--site and --association cannot stand beside each other')
  }
  const network = networkOf(values.network)
  for (const [name, table, code] of [
    ['--site', 'house.site', site],
    ['--association', 'house.association', association],
  ] as const) {
    if (code === null) continue
    const known = await kysely
      .selectFrom(table)
      .select('code')
      .where('code', '=', code)
      .executeTakeFirst()
    if (known === undefined) throw new UsageError(`${name} "${code}" is not declared`)
  }
  return { site, association, network }
}

export function networkOf(given: string | undefined): NetworkKind | null {
  if (given === undefined || given === 'guest' || given === 'staff') return given ?? null
  throw new UsageError(`--network "${given}" is neither guest nor staff`)
}

/** A day is meant until its end, in UTC. */
export function endOf(option: string, given: string): Date {
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(given)
  const read = readInstant(isDay ? `${given}T23:59:59Z` : given)
  if (!read.ok) throw new UsageError(`${option} "${given}" ${read.reason}`)
  if (read.at.getTime() > Date.now()) return read.at
  throw new UsageError(`${option} "${given}" is over`)
}

/** `45m`, `1h`, `7d`, in milliseconds. */
export function lengthOf(option: string, given: string, longestMs: number): number {
  const [, digits = '', unit = ''] = /^(\d{1,4})([mhd])$/.exec(given) ?? []
  const ms = Number(digits) * ({ m: 60_000, h: 3_600_000, d: 86_400_000 }[unit] ?? 0)
  if (ms > 0 && ms <= longestMs) return ms
  throw new UsageError(
    `${option} "${given}" is not a length of time such as 30m or 1h, ${longestMs / 3_600_000} hours at most`,
  )
}

export function whereText({ site, association, network }: CommandScope): string {
  const where = site ?? (association === null ? 'everywhere' : `association ${association}`)
  return network === null ? where : `${where}, ${network}`
}
