import type { AuditEntry } from './audit.ts'
import type { Mac } from '#core/mac.ts'
import type { Database } from './connection.ts'
import type { TokenRefusal } from './login-search.ts'

/** Who was there and when: one row of the legal log. Times are instants, absent values null. */
export interface Connection {
  readonly sessionId: string
  readonly site: string
  readonly gateway: string
  readonly network: string
  readonly mac: string | null
  readonly user: string | null
  readonly ip: string | null
  readonly ipv6: string | null
  readonly publicIp: string | null
  /** `first-last` of the source ports that this device had on `publicIp`. */
  readonly publicPorts: string | null
  readonly start: Date
  readonly stop: Date | null
  readonly cause: string | null
}

export interface Criteria {
  readonly mac: Mac | null
  /** Canonical text, IPv4 or IPv6: who had it at that time, also if it changed later. */
  readonly ip: string | null
  readonly user: string | null
  readonly site: string | null
  /** The address that the internet saw. */
  readonly publicIp: string | null
  /** The source port that the internet saw; narrows `publicIp` to one device. */
  readonly publicPort: number | null
  /** Connections that were open at some instant of [from, to]. */
  readonly from: Date | null
  readonly to: Date | null
}

export const NO_CRITERIA: Criteria = {
  mac: null,
  ip: null,
  user: null,
  site: null,
  publicIp: null,
  publicPort: null,
  from: null,
  to: null,
}

/** Few first, so that a device of the whole year shows after some of its days; then what is quicker in all. */
const FIRST_PAGE_ROWS = 100
const PAGE_ROWS = 1000

/** Where the next page of a search begins. */
export interface ConnectionPlace {
  readonly start: Date
  readonly sessionId: string
}

/** Opens a search; its line in the audit is committed before anything is read. The number is its own. */
export async function openConnectionSearch(
  { sql }: Pick<Database, 'sql'>,
  criteria: Criteria,
  look: Pick<AuditEntry, 'actor'> & { reason: string },
): Promise<string> {
  const [opened] = await sql<{ search: string }[]>`
    select log.open_search(${look.actor}, ${look.reason}, ${sql.json(detailsOf(criteria))}) as search`
  if (opened === undefined) throw new Error('the search was not opened')
  return opened.search
}

/** One page of it, oldest first: read by what its line in the audit says. */
export async function readSearchPage(
  { sql }: Pick<Database, 'sql'>,
  search: string,
  after: ConnectionPlace | null,
  rows: number,
): Promise<readonly Connection[]> {
  return sql<Connection[]>`
    select ${columns(sql)}
    from log.search_page(${search}, ${after?.start ?? null}, ${after?.sessionId ?? null}, ${rows})`
}

export type TokenSearch =
  | { readonly ok: true; readonly search: string }
  /** `reach`: it is for some associations, and names no place of them. */
  | { readonly ok: false; readonly refusal: TokenRefusal | 'reach' }

/** The same for whoever shows a token, as far as the token goes; the audit names whom it is for. */
export async function openSearchByToken(
  { sql }: Pick<Database, 'sql'>,
  token: Uint8Array,
  criteria: Criteria,
  reason: string,
): Promise<TokenSearch> {
  const [opened] = await sql<{ refusal: TokenRefusal | 'reach' | null; search: string }[]>`
    select refusal, search
    from log.open_search_by_token(${token}, ${reason}, ${sql.json(detailsOf(criteria))})`
  if (opened === undefined) throw new Error('the search was not opened')
  const { refusal, search } = opened
  return refusal === null ? { ok: true, search } : { ok: false, refusal }
}

/** Raised by the database for a search that is not this token's, or of a token that has ended meanwhile. */
const NO_DATA_FOUND = 'P0002'

/** Null: it is no search of this token. */
export async function readSearchPageByToken(
  { sql }: Pick<Database, 'sql'>,
  token: Uint8Array,
  search: string,
  after: ConnectionPlace | null,
  rows: number,
): Promise<readonly Connection[] | null> {
  try {
    return await sql<Connection[]>`
      select ${columns(sql)}
      from log.search_page_by_token(
        ${token}, ${search}, ${after?.start ?? null}, ${after?.sessionId ?? null}, ${rows})`
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === NO_DATA_FOUND) return null
    throw thrown
  }
}

function columns(sql: Database['sql']): ReturnType<Database['sql']> {
  return sql`
    id as "sessionId", site, gateway, network, mac::text as mac, account as user,
    host(ipv4) as ip, host(ipv6) as ipv6, host(public_ip) as "publicIp",
    lower(public_ports) || '-' || upper(public_ports) - 1 as "publicPorts",
    started_at as start, stopped_at as stop, stop_cause as cause`
}

function detailsOf(criteria: Criteria): Readonly<Record<keyof Criteria, string | number | null>> {
  const { from, to } = criteria
  return { ...criteria, from: from?.toISOString() ?? null, to: to?.toISOString() ?? null }
}

/**
 * Searches the log, oldest first, a page at a time. The line in the audit is committed before the
 * first row is read, and each page is read by what that line says: no look without its trace.
 */
export async function* searchConnections(
  database: Database,
  criteria: Criteria,
  look: Pick<AuditEntry, 'actor'> & { reason: string },
): AsyncGenerator<readonly Connection[]> {
  const search = await openConnectionSearch(database, criteria, look)
  let after: Connection | null = null
  for (let rows = FIRST_PAGE_ROWS; ; rows = PAGE_ROWS) {
    const page: readonly Connection[] = await readSearchPage(database, search, after, rows)
    if (page.length > 0) yield page
    if (page.length < rows) return
    after = page.at(-1) ?? null
  }
}
