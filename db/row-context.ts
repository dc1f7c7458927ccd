import type postgres from 'postgres'
import { utcDay } from './partitions.ts'
import type { SessionState } from './session-state.ts'

const DAY_MS = 86_400_000

/** What a row of the log says beside what packets said. */
export interface RowContext {
  /** The terms that the guest has accepted last. */
  termsOf(state: SessionState): string | null
  /** The legal basis in force on the network on the day of the start. */
  basisOf(state: SessionState): string | null
}

interface Basis {
  readonly id: string
  readonly network: string | null
  readonly from: string
  readonly until: string | null
}

export async function rowContext(
  sql: postgres.TransactionSql,
  states: readonly SessionState[],
): Promise<RowContext> {
  const guests = states.flatMap(({ network, mac }) =>
    network === 'guest' && mac !== null ? [mac] : [],
  )
  const [bases, accepted] = await Promise.all([
    sql<Basis[]>`
      select id, network, starts_on::text as from, ends_on::text as until from house.legal_basis`,
    guests.length === 0
      ? []
      : sql<{ mac: string; terms: string }[]>`
          select a.mac::text, a.terms_version as terms
          from unnest(${[...new Set(guests)]}::macaddr[]) as g(mac)
          cross join lateral (select * from guest.access where mac = g.mac offset 0) a`,
  ])
  const terms = new Map(accepted.map((row) => [row.mac, row.terms]))
  const found = new Map<number, Map<string, string | null>>()
  return {
    termsOf: ({ network, mac }) =>
      network === 'guest' && mac !== null ? (terms.get(mac) ?? null) : null,
    basisOf({ network, startedAt }) {
      const dayNumber = Math.floor(startedAt / DAY_MS)
      let ofDay = found.get(dayNumber)
      if (ofDay === undefined) found.set(dayNumber, (ofDay = new Map()))
      const known = ofDay.get(network)
      if (known !== undefined) return known
      const day = utcDay(startedAt)
      const basis = bases.find(
        (one) =>
          (one.network ?? network) === network &&
          one.from <= day &&
          (one.until === null || day <= one.until),
      )
      ofDay.set(network, basis?.id ?? null)
      return basis?.id ?? null
    },
  }
}
