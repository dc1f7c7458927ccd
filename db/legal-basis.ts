import type { Database } from './connection.ts'
import { utcDay } from './partitions.ts'
import type { NetworkKind } from './sites.ts'

/** What the record of connections rests on, for a time: the yearly decree, for instance. */
export interface LegalBasis {
  readonly id: string
  readonly text: string
  /** Null: both. */
  readonly network: NetworkKind | null
  /** `2025-10-21`, in UTC. */
  readonly from: string
  /** The last day, which counts; null: no end is known. */
  readonly until: string | null
}

/** Oldest first. */
export async function loadLegalBases(
  database: Pick<Database, 'kysely'>,
): Promise<readonly LegalBasis[]> {
  return database.kysely
    .selectFrom('house.legal_basis')
    .select((eb) => [
      'id',
      'text',
      'network',
      eb.cast<string>('starts_on', 'text').as('from'),
      eb.cast<string | null>('ends_on', 'text').as('until'),
    ])
    .orderBy('starts_on')
    .orderBy('id')
    .execute()
}

/** Whether there is a day and a network on which both would be in force. */
export function overlap(a: Period, b: Period): boolean {
  const [aNetwork, bNetwork] = [a.network ?? null, b.network ?? null]
  const onOneNetwork = aNetwork === null || bNetwork === null || aNetwork === bNetwork
  return onOneNetwork && a.from <= (b.until ?? LATEST) && b.from <= (a.until ?? LATEST)
}

interface Period {
  readonly network?: NetworkKind | null | undefined
  readonly from: string
  readonly until?: string | null | undefined
}

const LATEST = '9999-12-31'
const DAY_MS = 86_400_000
/** A month to find the next decree and declare it. */
const WARNING_DAYS = 30

/**
 * The sentence that says what is missing: no basis is in force on the guest network, or the one that is
 * ends soon and nothing follows. Null when all is well.
 */
export function legalBasisProblem(bases: readonly LegalBasis[], now: number): string | null {
  const inForce = (day: string): LegalBasis | undefined =>
    bases.find(
      ({ network, from, until }) =>
        network !== 'staff' && from <= day && (until === null || day <= until),
    )
  const today = utcDay(now)
  const present = inForce(today)
  if (present === undefined) {
    const last = bases.findLast(
      ({ until, network }) => network !== 'staff' && until !== null && until < today,
    )
    const ended = last === undefined ? '' : `; "${last.id}" ended on ${last.until}`
    return `no legal basis is in force for the log of the guest network${ended}: declare the present one under "legal"`
  }
  if (inForce(utcDay(now + WARNING_DAYS * DAY_MS)) !== undefined) return null
  return `the legal basis "${present.id}" ends on ${present.until} and none follows: look whether it was renewed, and declare it under "legal"`
}
