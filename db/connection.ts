import { createRequire } from 'node:module'
import type { Kysely } from 'kysely'
import postgres from 'postgres'
import { within } from '#core/lifecycle.ts'
import type { createKysely } from './query-builder.ts'
import { countReserved } from './reserved.ts'
import { roleName } from './roles.ts'
import type { DatabaseRole } from './roles.ts'
import type { Tables } from './tables.ts'

/** The one truth. `sql` for what is hot or particular to Postgres, `kysely` for the rest. */
export interface Database {
  readonly sql: postgres.Sql
  /** Loaded when it is first asked for: the resolver alone asks by `sql`, and has 6 MiB more of its small box. */
  readonly kysely: Kysely<Tables>
  /** True when the database answers now. Who asks while another waits gets the same answer: one look-up, one connection. */
  ping(): Promise<boolean>
  close(): Promise<void>
  /** Cuts the connections where they are; what is asked rejects. */
  abandon(): void
}

const RECONNECT_MS = 500
/** What is under way when a pool is closed has so long to end; then it is cut. */
const CLOSE_MS = 5_000
const STATEMENT_TIMEOUT_MS = 60_000

export interface PoolOptions {
  readonly applicationName: string
  readonly max?: number
  /** What its connections act as; absent: the login itself. */
  readonly role?: DatabaseRole
}

/** Opens a pool; connects when first used. `?host=/folder` in the URL names a Unix socket's folder. */
export function openDatabase(url: string, options: PoolOptions): Database {
  const address = new URL(url)
  const socketDir = address.searchParams.get('host')
  const port = address.port === '' ? '5432' : address.port
  address.searchParams.delete('host')
  const sql = postgres(address.href, {
    ...(socketDir?.startsWith('/') === true ? { path: `${socketDir}/.s.PGSQL.${port}` } : {}),
    max: options.max ?? 8,
    connect_timeout: 5,
    // The library's own steps grow to 20 s: a restarted database would be missed for that long.
    backoff: () => RECONNECT_MS / 1000,
    onnotice: () => {},
    connection: {
      application_name: options.applicationName,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      ...(options.role === undefined ? {} : { role: roleName(options.role) }),
    },
  })
  const { counted, idle } = countReserved(sql)
  let kysely: Kysely<Tables> | null = null
  let pinging: Promise<boolean> | null = null

  async function askOnce(): Promise<boolean> {
    try {
      await sql`select 1`
      return true
    } catch {
      return false
    }
  }

  return {
    sql,
    get kysely() {
      kysely ??= builder().createKysely(counted)
      return kysely
    },
    ping: () =>
      (pinging ??= askOnce().finally(() => {
        pinging = null
      })),
    async close() {
      const began = performance.now()
      await within(CLOSE_MS, idle()).catch(() => {})
      const left = Math.max(0, CLOSE_MS - (performance.now() - began))
      await sql.end({ timeout: left / 1000 })
    },
    abandon() {
      void sql.end({ timeout: 0 }).catch(() => {})
    },
  }
}

/** By `require`, which is at once: by `import`, whoever has a query to ask would wait first. */
function builder(): { readonly createKysely: typeof createKysely } {
  return createRequire(import.meta.url)('./query-builder.ts') as never
}
