import type { Clock } from '#core/clock.ts'
import { createSchedule } from '#core/schedule.ts'
import type { Schedule } from '#core/schedule.ts'
import { joinSpans, parseWeekHours, WEEK_MINUTES } from '#core/week-hours.ts'
import type { Filter, FilterLift, Filters } from '#db/filters.ts'
import type { Client } from './client.ts'

/** How near to the client who says something is; a nearer one decides. */
export const LEVELS = ['organisation', 'association', 'site', 'network', 'device'] as const
export type Level = number

/** What one level says when its hours hold. */
export interface Layer {
  readonly level: Level
  readonly filter: Filter
  /** The same for all layers of a level that say the same, wherever they were declared. */
  readonly content: number
}

/** What holds for a client, and until when that stays so. */
export interface Holding {
  /** Farthest first; at one level those of certain hours last. */
  readonly layers: readonly Layer[]
  readonly lifts: readonly FilterLift[]
  /** Milliseconds since the epoch; `until` is not in it. */
  readonly from: number
  readonly until: number
  /** Equal for clients for whom the same holds. */
  readonly key: string
}

export interface Layers {
  holding(client: Client, now: ReturnType<Clock>): Holding
}

export function createLayers({ filters, lifts }: Filters): Layers {
  const byScope = new Map<string, Layer[]>()
  const contents = new Map<string, number>()
  for (const filter of filters) {
    const { association, site, device, network: _, ...said } = filter
    const text = JSON.stringify(said)
    const content = contents.get(text) ?? contents.size
    contents.set(text, content)
    const layer = { level: levelOf(filter), filter, content }
    const scope = scopeKey(layer.level, { association, site, device, network: filter.network })
    const layers = byScope.get(scope)
    if (layers === undefined) byScope.set(scope, [layer])
    else layers.push(layer)
  }
  for (const layers of byScope.values()) layers.sort(byHours)
  const schedules = new Map<string, Schedule>()

  function scheduleOf(hours: readonly string[], timezone: string): Schedule | null {
    const key = `${timezone} ${hours.join(';')}`
    const known = schedules.get(key)
    if (known !== undefined) return known
    const spans = joinSpans(hours.flatMap((text) => parseWeekHours(text) ?? []))
    const [first] = spans
    // A week that is open as a whole has no edges, one without any hour was refused by `apply`.
    if (first === undefined || first.to - first.from === WEEK_MINUTES) return null
    const schedule = createSchedule(spans, timezone)
    schedules.set(key, schedule)
    return schedule
  }

  return {
    holding(client, now) {
      const layers: Layer[] = []
      let from = 0
      let until = Number.MAX_SAFE_INTEGER
      for (const level of LEVELS.keys()) {
        const scope = clientKey(level, client)
        for (const layer of (scope === null ? undefined : byScope.get(scope)) ?? []) {
          const { network, hours } = layer.filter
          if (network !== null && network !== client.network) continue
          const schedule = hours.length === 0 ? null : scheduleOf(hours, client.timezone)
          if (schedule !== null) {
            const state = schedule.at(now)
            from = Math.max(from, state.from)
            until = Math.min(until, state.until)
            if (!state.isOpen) continue
          }
          layers.push(layer)
        }
      }
      const lifted: FilterLift[] = []
      for (const lift of lifts) {
        if (!concerns(lift, client)) continue
        if (now < lift.from) until = Math.min(until, lift.from)
        else if (now < lift.to) {
          from = Math.max(from, lift.from)
          until = Math.min(until, lift.to)
          lifted.push(lift)
        } else from = Math.max(from, lift.to)
      }
      return { layers, lifts: lifted, from, until, key: keyOf(client, layers, lifted) }
    },
  }
}

export function levelOf(
  scope: Pick<Filter, 'association' | 'site' | 'network'> & { readonly device?: string | null },
): Level {
  const { association, site, network, device = null } = scope
  if (device !== null) return 4
  if (site !== null) return network === null ? 2 : 3
  return association === null ? 0 : 1
}

function byHours(a: Layer, b: Layer): number {
  const rank = ({ filter }: Layer): number =>
    (filter.hours.length === 0 ? 0 : 2) + (filter.network === null ? 0 : 1)
  return rank(a) - rank(b)
}

function scopeKey(
  level: Level,
  {
    association,
    site,
    network,
    device,
  }: Pick<Client, 'association' | 'site' | 'device'> & {
    readonly network: string | null
  },
): string {
  switch (level) {
    case 0:
      return 'o'
    case 1:
      return `a ${association}`
    case 2:
      return `s ${site}`
    case 3:
      return `n ${site} ${network}`
    default:
      return `d ${site} ${network} ${device}`
  }
}

function clientKey(level: Level, client: Client): string | null {
  if (level === 1 && client.association === null) return null
  if (level >= 2 && client.site === null) return null
  if (level === 4 && client.device === null) return null
  return scopeKey(level, client)
}

function concerns(lift: FilterLift, client: Client): boolean {
  return (
    (lift.network === null || lift.network === client.network) &&
    (lift.site === null || lift.site === client.site) &&
    (lift.association === null || lift.association === client.association)
  )
}

function keyOf(client: Client, layers: readonly Layer[], lifts: readonly FilterLift[]): string {
  const said = layers.map(({ level, content }) => `${level}.${content}`).join(' ')
  const open = lifts.map(({ subject }) => subject ?? '*').toSorted()
  return `${client.network} ${said} | ${open.join(' ')}`
}
