import { sql } from 'kysely'
import { writeAudit } from './audit.ts'
import type { Database } from './connection.ts'
import type { Job } from './jobs.ts'
import type { NetworkKind } from './sites.ts'
import { jobPart } from './job-lines.ts'

/** One device whose names are seen for a time. */
export interface FilterWindow {
  readonly id: string
  readonly site: string
  readonly network: NetworkKind
  /** As `formatAddress` writes it; null where it is a device of a name. */
  readonly address: string | null
  readonly device: string | null
  /** Milliseconds since the epoch. */
  readonly until: number
}

export interface SeenName {
  readonly window: string
  readonly at: Date
  readonly name: string
  /** RFC 1035 section 3.2.2 and after. */
  readonly type: number
  /** Of what blocked it; null: let through. */
  readonly category: string | null
}

export const WINDOW_LIMITS = { longestMinutes: 60, names: 20_000 } as const

/** Those that are open. */
export async function loadFilterWindows({
  kysely,
}: Pick<Database, 'kysely'>): Promise<readonly FilterWindow[]> {
  const rows = await kysely
    .selectFrom('house.filter_window')
    .select(['id', 'site', 'network', 'address', 'device', 'ends_at'])
    .where('ends_at', '>', (eb) => eb.fn<Date>('now'))
    .execute()
  return rows.map(({ ends_at: until, ...row }) => ({ ...row, until: until.getTime() }))
}

export async function openFilterWindow(
  { kysely }: Pick<Database, 'kysely'>,
  window: Omit<FilterWindow, 'id' | 'until'>,
  who: { readonly actor: string; readonly reason: string; readonly minutes: number },
): Promise<{ readonly id: string; readonly until: Date }> {
  return kysely.transaction().execute(async (trx) => {
    const { id, ends_at: until } = await trx
      .insertInto('house.filter_window')
      .values({
        ...window,
        reason: who.reason,
        made_by: who.actor,
        ends_at: sql<Date>`now() + make_interval(mins => ${who.minutes})`,
      })
      .returning(['id', 'ends_at'])
      .executeTakeFirstOrThrow()
    await writeAudit(trx, {
      actor: who.actor,
      action: 'filter.watch',
      subject: subjectOf(window),
      reason: who.reason,
      details: { window: id, until: until.toISOString() },
    })
    return { id, until }
  })
}

/** Only while the window is open, and no more than it may hold. */
export async function addSeenNames(
  database: Pick<Database, 'sql'>,
  names: readonly SeenName[],
): Promise<void> {
  if (names.length === 0) return
  const rows = names.map(({ window, at, ...name }) => ({
    ...name,
    window_id: window,
    at: at.toISOString(),
  }))
  await database.sql`
    insert into house.filter_window_name (window_id, at, name, type, category)
    select n.window_id, n.at, n.name, n.type, n.category
    from jsonb_to_recordset(${database.sql.json(rows)})
      as n (window_id bigint, at timestamptz, name text, type integer, category text)
    join house.filter_window w on w.id = n.window_id and w.ends_at > now()
    where (select count(*) from house.filter_window_name s where s.window_id = n.window_id)
      < ${WINDOW_LIMITS.names}`
}

export async function readSeenNames(
  { kysely }: Pick<Database, 'kysely'>,
  window: string,
  after: string,
): Promise<readonly (Omit<SeenName, 'window'> & { readonly id: string })[]> {
  return kysely
    .selectFrom('house.filter_window_name')
    .select(['id', 'at', 'name', 'type', 'category'])
    .where('window_id', '=', window)
    .where('id', '>', after)
    .orderBy('id')
    .execute()
}

/** Empties the windows that are over, each with its line in the audit. */
export async function closeFilterWindows(
  { kysely }: Pick<Database, 'kysely'>,
  actor: string,
  only: string | null = null,
): Promise<number> {
  return kysely.transaction().execute(async (trx) => {
    const over = await trx
      .deleteFrom('house.filter_window')
      .where((eb) =>
        only === null ? eb('ends_at', '<=', eb.fn<Date>('now')) : eb('id', '=', only),
      )
      .returning(['id', 'site', 'network', 'address', 'device'])
      .execute()
    for (const window of over) {
      await writeAudit(trx, {
        actor,
        action: 'filter.watch.end',
        subject: subjectOf(window),
        reason: null,
        details: { window: window.id },
      })
    }
    return over.length
  })
}

export function filterWindowsJob(database: Database): Job {
  return {
    name: 'filter-windows',
    everyMs: 60_000,
    async run() {
      const windows = await closeFilterWindows(database, 'job:filter-windows')
      return jobPart('filterWindows', { windows })
    },
  }
}

function subjectOf({ site, network, address, device }: Omit<FilterWindow, 'id' | 'until'>): string {
  return `${site} ${network} ${device ?? address ?? ''}`
}
