import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import { Migrator } from 'kysely/migration'
import { makeRoles } from './apply-roles.ts'
import type { Database } from './connection.ts'
import { MIGRATIONS } from './migrate.ts'
import type { Step } from './migrate.ts'
import { missedBy, readShape } from './schema-shape.ts'

/** What a step does to a table that was there before. */
export interface TableEffect {
  readonly table: string
  /** `locked`: for a moment; `read`: row by row; `rewritten`: all of it. */
  readonly how: 'locked' | 'read' | 'rewritten'
  /** Who waits meanwhile. */
  readonly holdsUp: 'nobody' | 'writers' | 'everybody'
}

export interface Rehearsed {
  readonly name: string
  readonly effects: readonly TableEffect[]
  /** What processes of the version before miss afterwards. */
  readonly missed: readonly string[]
}

/** Brings an empty database to where the real one is, and takes each further step, looking at what it locks. */
export async function rehearse(
  scratch: Database,
  done: readonly string[],
  steps: Readonly<Record<string, Step>> = MIGRATIONS,
): Promise<readonly Rehearsed[]> {
  await makeRoles(scratch)
  const known = Object.entries(steps).filter(([name]) => done.includes(name))
  const { error } = await new Migrator({
    db: scratch.kysely,
    provider: { getMigrations: () => Promise.resolve(Object.fromEntries(known)) },
    migrationTableSchema: 'public',
  }).migrateToLatest()
  if (error !== undefined) throw error
  const seen: Rehearsed[] = []
  for (const [name, step] of Object.entries(steps)) {
    if (!done.includes(name)) seen.push(await take(scratch.kysely as never, name, step))
  }
  return seen
}

function take(db: Kysely<unknown>, name: string, step: Step): Promise<Rehearsed> {
  return db.transaction().execute(async (transaction) => {
    const shape = await readShape(transaction)
    const before = await tablesOf(transaction)
    await step.up(transaction)
    const effects = await effectsOn(transaction, before)
    const missed = missedBy(shape, await readShape(transaction))
    return {
      name,
      effects,
      missed: [...missed, ...(step.breaks === undefined ? [] : [step.breaks])],
    }
  })
}

interface Table {
  readonly oid: number
  readonly file: string
  readonly scans: number
}

async function tablesOf(db: Kysely<unknown>): Promise<readonly Table[]> {
  const { rows } = await sql<Table>`
    select c.oid::int, coalesce(pg_relation_filenode(c.oid)::text, '') as file,
           coalesce(s.seq_scan, 0)::int as scans
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    left join pg_stat_xact_user_tables s on s.relid = c.oid
    where c.relkind in ('r', 'p') and n.nspname in ('house', 'staff', 'guest', 'log', 'audit')`.execute(
    db,
  )
  return rows
}

async function effectsOn(
  db: Kysely<unknown>,
  before: readonly Table[],
): Promise<readonly TableEffect[]> {
  const after = new Map((await tablesOf(db)).map((table) => [table.oid, table]))
  const { rows: locks } = await sql<{ oid: number; name: string; all: boolean; writers: boolean }>`
    select c.oid::int, n.nspname || '.' || c.relname as name,
           bool_or(l.mode = 'AccessExclusiveLock') as all,
           bool_or(l.mode in ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock')) as writers
    from pg_locks l join pg_class c on c.oid = l.relation join pg_namespace n on n.oid = c.relnamespace
    where l.pid = pg_backend_pid() and l.locktype = 'relation'
    group by 1, 2 order by 2`.execute(db)
  return before.flatMap((table): TableEffect[] => {
    const lock = locks.find(({ oid }) => oid === table.oid)
    const now = after.get(table.oid)
    if (lock === undefined || now === undefined) return []
    const how = now.file !== table.file ? 'rewritten' : now.scans > table.scans ? 'read' : 'locked'
    const holdsUp = lock.all ? 'everybody' : lock.writers ? 'writers' : 'nobody'
    return how === 'locked' && holdsUp === 'nobody' ? [] : [{ table: lock.name, how, holdsUp }]
  })
}
