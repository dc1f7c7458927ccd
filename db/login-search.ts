import { nameToFind } from '#core/ldap/login-name.ts'
import type { Mac } from '#core/mac.ts'
import type { Database } from './connection.ts'
import type { LoginRow } from './login-traces.ts'

/** Logins of one device that were answered alike, as whoever may look sees them. */
export interface Login extends Omit<LoginRow, 'firstAt' | 'lastAt' | 'mac'> {
  readonly firstAt: Date
  readonly lastAt: Date
  readonly mac: string | null
  /** Null where the place is not there any more. */
  readonly siteName: string | null
  readonly timezone: string | null
}

export interface LoginCriteria {
  readonly mac: Mac | null
  /** With a realm that very name; without one, in any realm. */
  readonly user: string | null
  readonly site: string | null
  readonly from: Date | null
  readonly to: Date | null
}

/** A gateway of the place asked for; of everywhere, those with which something is wrong. */
export interface HeardGateway {
  readonly gateway: string
  readonly site: string
  /** The last login that came through it in the days that are kept; null if none did. */
  readonly lastAt: Date | null
  /** Requests of which nothing proved that they were its own. */
  readonly unproven: number
  readonly unprovenAt: Date | null
}

/** Where the next page begins. */
export interface LoginPlace {
  readonly at: Date
  readonly id: string
}

export interface LoginPage {
  readonly logins: readonly Login[]
  /** Null at the end. */
  readonly next: LoginPlace | null
}

/** A search that the audit has a line of: newest first, in pages. */
export interface LoginSearch {
  /** By which the audit knows it. */
  readonly id: string
  page(after: LoginPlace | null, rows: number): Promise<LoginPage>
  gateways(): Promise<readonly HeardGateway[]>
}

/** Why a token opens nothing. */
export type TokenRefusal = 'unknown' | 'revoked' | 'ended' | 'scope'

const MOST_GATEWAYS = 20

/**
 * Opens a search, of those associations where they are given; its line in the audit is there to stay before
 * anything is read.
 */
export async function openLoginSearch(
  { sql }: Pick<Database, 'sql'>,
  criteria: LoginCriteria & { readonly associations?: readonly string[] | null },
  look: { readonly actor: string; readonly reason: string },
): Promise<LoginSearch> {
  const [opened] = await sql<{ id: string }[]>`
    select log.open_login_search(${look.actor}, ${look.reason}, ${sql.json({
      ...detailsOf(criteria),
      ...(criteria.associations == null ? {} : { associations: criteria.associations }),
    })}) as id`
  if (opened === undefined) throw new Error('the search was not opened')
  const { id } = opened
  return {
    id,
    async page(after, rows) {
      const found = await sql<FoundRow[]>`
        select ${columns(sql)}
        from log.login_page(${id}, ${after?.at ?? null}, ${after?.id ?? null}, ${rows}) p`
      return pageOf(found, rows)
    },
    gateways: () => sql<HeardGateway[]>`
      select gateway, site, last_at as "lastAt", unproven::float8, unproven_at as "unprovenAt"
      from log.gateways_heard(${id}, ${MOST_GATEWAYS})`,
  }
}

/** The same for whoever shows a token, as far as the token goes; the audit names whom it is for. */
export async function openLoginSearchByToken(
  database: Pick<Database, 'sql'>,
  token: Uint8Array,
  criteria: LoginCriteria,
  reason: string,
): Promise<
  | { readonly ok: true; readonly search: LoginSearch }
  | { readonly ok: false; readonly refusal: TokenRefusal }
> {
  const { sql } = database
  const [opened] = await sql<{ refusal: TokenRefusal | null; search: string }[]>`
    select refusal, search
    from log.open_login_search_by_token(${token}, ${reason}, ${sql.json(detailsOf(criteria))})`
  if (opened === undefined) throw new Error('the search was not opened')
  if (opened.refusal !== null) return { ok: false, refusal: opened.refusal }
  return { ok: true, search: loginSearchOfToken(database, token, opened.search) }
}

/** One that this token has opened before; of any other its pages are refused by the database. */
export function loginSearchOfToken(
  { sql }: Pick<Database, 'sql'>,
  token: Uint8Array,
  id: string,
): LoginSearch {
  return {
    id,
    async page(after, rows) {
      const found = await sql<FoundRow[]>`
        select ${columns(sql)}
        from log.login_page_by_token(
          ${token}, ${id}, ${after?.at ?? null}, ${after?.id ?? null}, ${rows}) p`
      return pageOf(found, rows)
    },
    gateways: () => sql<HeardGateway[]>`
      select gateway, site, last_at as "lastAt", unproven::float8, unproven_at as "unprovenAt"
      from log.gateways_heard_by_token(${token}, ${id}, ${MOST_GATEWAYS})`,
  }
}

/** What has to be the same for rows to be one login that was repeated. */
const ALIKE = [
  ...([
    'site',
    'gateway',
    'network',
    'mac',
    'account',
    'nameWithheld',
    'outcome',
    'reason',
  ] as const),
  ...(['method', 'inner', 'resumed', 'answerer', 'directory', 'rule', 'vlan', 'tlsAlert'] as const),
] satisfies readonly (keyof Login)[]

/** Of each device, rows of one answer after the other become one; they come and go newest first. */
export function joinAlike(logins: readonly Login[]): readonly Login[] {
  const joined: Login[] = []
  const latest = new Map<string | null, number>()
  for (const login of logins) {
    const at = latest.get(login.mac)
    const newer = at === undefined ? undefined : joined[at]
    if (
      at !== undefined &&
      newer !== undefined &&
      ALIKE.every((fact) => newer[fact] === login[fact])
    ) {
      joined[at] = { ...newer, firstAt: login.firstAt, count: newer.count + login.count }
    } else {
      latest.set(login.mac, joined.length)
      joined.push(login)
    }
  }
  return joined
}

type FoundRow = Login & { readonly id: string }

function columns(sql: Database['sql']) {
  return sql`
    (login).first_at as "firstAt", (login).last_at as "lastAt", (login).count,
    (login).site, site_name as "siteName", timezone, (login).gateway, (login).network,
    (login).mac::text as mac, (login).account, (login).name_withheld as "nameWithheld",
    (login).outcome, (login).reason, (login).method, (login).inner_method as inner,
    (login).tls_version as "tlsVersion", (login).cipher, (login).tls_alert as "tlsAlert",
    (login).resumed, (login).serial, (login).rounds, (login).answerer, (login).directory,
    (login).answered_ms as "answeredMs", (login).rule, (login).vlan,
    (login).session_seconds::float8 as "sessionSeconds",
    (login).id::text as id`
}

function pageOf(found: readonly FoundRow[], rows: number): LoginPage {
  const last = found.at(-1)
  return {
    logins: found.map(({ id: _, ...login }) => login),
    next: found.length < rows || last === undefined ? null : { at: last.lastAt, id: last.id },
  }
}

function detailsOf({ mac, user, site, from, to }: LoginCriteria): Record<string, string | null> {
  const name = user === null ? null : nameToFind(user)
  return { mac, user: name, site, from: from?.toISOString() ?? null, to: to?.toISOString() ?? null }
}
