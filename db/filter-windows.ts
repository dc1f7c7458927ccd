import { writeAudit, writeAuditLine } from './audit.ts'
import type { Database } from './connection.ts'
import type { Job } from './jobs.ts'
import type { NetworkKind } from './sites.ts'
import { jobPart } from './job-lines.ts'
import type { RowsQuery } from './sum-of-rows.ts'

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

export const windowRows: RowsQuery<Omit<FilterWindow, 'until'> & { readonly until: Date }> = ({
  sql,
}) => sql`
    select id, site, network, address, device, ends_at as until
    from house.filter_window where ends_at > now()`

/** Those that are open. */
export async function loadFilterWindows(
  database: Pick<Database, 'sql'>,
): Promise<readonly FilterWindow[]> {
  const rows = await windowRows(database)
  return rows.map((row) => ({ ...row, until: row.until.getTime() }))
}

export async function openFilterWindow(
  database: Pick<Database, 'sql'>,
  window: Omit<FilterWindow, 'id' | 'until'>,
  { actor, reason, minutes }: { actor: string; reason: string; minutes: number },
): Promise<{ readonly id: string; readonly until: Date }> {
  const { site, network, address, device } = window
  return database.sql.begin(async (sql) => {
    const opened = await sql<[{ id: string; until: Date }]>`
      insert into house.filter_window (site, network, address, device, reason, made_by, ends_at)
      values (${site}, ${network}, ${address}, ${device}, ${reason}, ${actor},
        now() + make_interval(mins => ${minutes}))
      returning id, ends_at as until`
    const [{ id, until }] = opened
    await writeAuditLine(sql, {
      ...{ actor, reason, action: 'filter.watch', subject: subjectOf(window) },
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
