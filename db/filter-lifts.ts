import { writeAudit } from './audit.ts'
import type { Database } from './connection.ts'
import type { FilterLift } from './filters.ts'

export interface LiftInForce extends FilterLift {
  readonly id: string
  readonly madeBy: string
  readonly reason: string
}

export const LONGEST_LIFT_HOURS = 24

/** Puts part of the filter off from now on; its end is set at once, so that nobody forgets it. */
export async function liftFilter(
  { kysely }: Pick<Database, 'kysely'>,
  lift: Omit<FilterLift, 'from' | 'to'>,
  who: { readonly actor: string; readonly reason: string; readonly until: Date },
): Promise<string> {
  return kysely.transaction().execute(async (trx) => {
    const { id } = await trx
      .insertInto('house.filter_lift')
      .values({ ...lift, ends_at: who.until, made_by: who.actor, reason: who.reason })
      .returning('id')
      .executeTakeFirstOrThrow()
    await writeAudit(trx, {
      actor: who.actor,
      action: 'filter.lift',
      subject: subjectOf(lift),
      reason: who.reason,
      details: { lift: id, what: lift.subject, until: who.until.toISOString() },
    })
    return id
  })
}

export async function listLifts({
  kysely,
}: Pick<Database, 'kysely'>): Promise<readonly LiftInForce[]> {
  const rows = await kysely
    .selectFrom('house.filter_lift')
    .selectAll()
    .where('ends_at', '>', (eb) => eb.fn<Date>('now'))
    .orderBy('id')
    .execute()
  return rows.map(({ starts_at: from, ends_at: to, made_by: madeBy, ...row }) => ({
    ...row,
    from: from.getTime(),
    to: to.getTime(),
    madeBy,
  }))
}

/** Before its time. False: it is over, or there was none. */
export async function endLift(
  { kysely }: Pick<Database, 'kysely'>,
  id: string,
  actor: string,
): Promise<boolean> {
  return kysely.transaction().execute(async (trx) => {
    const ended = await trx
      .updateTable('house.filter_lift')
      .set((eb) => ({ ends_at: eb.fn<Date>('now') }))
      .where('id', '=', id)
      .where('ends_at', '>', (eb) => eb.fn<Date>('now'))
      .returning(['association', 'site', 'network', 'subject'])
      .executeTakeFirst()
    if (ended === undefined) return false
    await writeAudit(trx, {
      actor,
      action: 'filter.lift.end',
      subject: subjectOf(ended),
      reason: null,
      details: { lift: id },
    })
    return true
  })
}

/** Those that are long over; the audit has them. */
export async function removeOldLifts({ sql }: Pick<Database, 'sql'>): Promise<void> {
  await sql`delete from house.filter_lift where ends_at < now() - interval '30 days'`
}

function subjectOf({
  association,
  site,
  network,
}: Omit<FilterLift, 'from' | 'to' | 'subject'>): string {
  return [site ?? association ?? 'everywhere', network].filter((part) => part !== null).join(' ')
}
