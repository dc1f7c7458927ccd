import type { Mac } from '#core/mac.ts'
import { ArrayColumn } from './array-columns.ts'
import type { Database } from './connection.ts'
import type { NetworkKind } from './sites.ts'

/** How logins of one device were answered: the same answer again is a number in the row. */
export interface LoginRow {
  /** Milliseconds since the epoch. */
  readonly firstAt: number
  readonly lastAt: number
  readonly count: number
  readonly site: string
  readonly gateway: string
  /** Null where nothing in the packet could be believed. */
  readonly network: NetworkKind | null
  readonly mac: Mac | null
  /** Proved in an accept; else the one that was given, if somebody has it. */
  readonly account: string | null
  /** A name was given that nobody has: it may have been a password. */
  readonly nameWithheld: boolean
  readonly outcome: 'accept' | 'reject' | 'silence'
  /** Null for an accept. */
  readonly reason: string | null
  readonly method: string | null
  /** What was said inside a tunnel. */
  readonly inner: string | null
  readonly tlsVersion: string | null
  readonly cipher: string | null
  readonly tlsAlert: string | null
  readonly resumed: boolean
  /** Of the device's certificate, hexadecimal. */
  readonly serial: string | null
  readonly rounds: number | null
  readonly answerer: string | null
  readonly directory: string | null
  readonly answeredMs: number | null
  readonly rule: string | null
  readonly vlan: string | null
  readonly sessionSeconds: number | null
}

/** Column, its type, and where its value is in a row. */
const COLUMNS = [
  ['first_at', 'float8', 'firstAt'],
  ['last_at', 'float8', 'lastAt'],
  ['count', 'integer', 'count'],
  ['site', 'text', 'site'],
  ['gateway', 'text', 'gateway'],
  ['network', 'text', 'network'],
  ['mac', 'macaddr', 'mac'],
  ['account', 'text', 'account'],
  ['name_withheld', 'boolean', 'nameWithheld'],
  ['outcome', 'text', 'outcome'],
  ['reason', 'text', 'reason'],
  ['method', 'text', 'method'],
  ['inner_method', 'text', 'inner'],
  ['tls_version', 'text', 'tlsVersion'],
  ['cipher', 'text', 'cipher'],
  ['tls_alert', 'text', 'tlsAlert'],
  ['resumed', 'boolean', 'resumed'],
  ['serial', 'text', 'serial'],
  ['rounds', 'integer', 'rounds'],
  ['answerer', 'text', 'answerer'],
  ['directory', 'text', 'directory'],
  ['answered_ms', 'integer', 'answeredMs'],
  ['rule', 'text', 'rule'],
  ['vlan', 'text', 'vlan'],
  ['session_seconds', 'bigint', 'sessionSeconds'],
] as const satisfies readonly (readonly [string, string, keyof LoginRow])[]

const NAMES = COLUMNS.map(([column]) => column).join(', ')
const VALUES = COLUMNS.map(([column]) =>
  column.endsWith('_at') ? `to_timestamp(${column} / 1000)` : column,
).join(', ')
const ARRAYS = COLUMNS.map(([, type], i) => `$${i + 1}::text::${type}[]`).join(', ')
const INSERT = `insert into log.login (${NAMES}) select ${VALUES} from unnest(${ARRAYS}) as r (${NAMES})`

/** Appends them; whoever serves can do no more with the table. */
export async function saveLogins(
  { sql }: Pick<Database, 'sql'>,
  rows: readonly LoginRow[],
): Promise<void> {
  const columns = COLUMNS.map(([, type, field]) => {
    const column = new ArrayColumn()
    for (const row of rows) addTo(column, type, row[field])
    return column.toString()
  })
  await sql.unsafe(INSERT, columns)
}

function addTo(column: ArrayColumn, type: string, value: LoginRow[keyof LoginRow]): void {
  if (type === 'text') column.addText(value === null ? null : String(value))
  else column.add(value)
}

/** How long they are kept where no declaration says otherwise. */
export const LOGIN_DAYS = 7

/** Deletes what is older than was declared, in whole UTC days; returns how many rows. */
export async function removeOldLogins({ sql }: Pick<Database, 'sql'>): Promise<number> {
  const gone = await sql`delete from log.login where last_at < log.logins_kept_from()`
  return gone.count
}

/** How many would go now. */
export async function countOldLogins({ sql }: Pick<Database, 'sql'>): Promise<number> {
  const [row] = await sql<{ rows: number }[]>`
    select count(*)::int as rows from log.login where last_at < log.logins_kept_from()`
  return row?.rows ?? 0
}
