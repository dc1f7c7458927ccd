import { randomBytes, randomUUID } from 'node:crypto'
import type postgres from 'postgres'
import type { Mac } from '#core/mac.ts'
import { portalSessionKey } from './session-key.ts'
import type { Database } from './connection.ts'
import { newSession, seeAddress } from './session-state.ts'
import { lockSessions, writeSessions } from './sessions.ts'
import type { NetworkKind } from './sites.ts'

/** A device's owner said yes to the terms of use. */
export interface Acceptance {
  readonly mac: Mac
  /** The device's private address, where the gateway told it. */
  readonly ip: string | null
  readonly gateway: string
  readonly site: string
  readonly network: NetworkKind
  readonly termsVersion: string
  readonly language: string
  /** Hex, of the text that was shown. */
  readonly textSha256: string
  /** The kind of gateway that sent the device. */
  readonly method: string
  readonly grantSeconds: number
  readonly at: Date
}

// Letters and digits that nobody confuses when read aloud or copied from a screen.
const CODE_LETTERS = '23456789ABCDEFGHJKMNPQRSTVWXYZ'
const CODE_LENGTH = 10

/** Writes the proof, the grant and the opened connection in one transaction. */
export async function recordAcceptance(
  database: Database,
  acceptance: Acceptance,
): Promise<{ code: string; grantUntil: Date }> {
  const a = acceptance
  const code = receiptCode()
  const until = new Date(a.at.getTime() + a.grantSeconds * 1000)
  const grantUntil = await database.sql.begin(async (sql) => {
    // Twice the same tap: the second finds what the first has opened.
    await sql`select pg_advisory_xact_lock(hashtextextended(${`acceptance ${a.mac}`}, 0))`
    await sql`
      insert into guest.acceptance
        (code, at, mac, ip, gateway, site, network, terms_version, language, text_sha256, method)
      values (${code}, ${a.at}, ${a.mac}, ${a.ip}, ${a.gateway}, ${a.site}, ${a.network},
              ${a.termsVersion}, ${a.language}, ${a.textSha256}, ${a.method})`
    const [grant] = await sql<{ until: Date }[]>`
      insert into guest.access as held (mac, until, site, terms_version)
      values (${a.mac}, ${until}, ${a.site}, ${a.termsVersion})
      on conflict (mac) do update set
        until = greatest(held.until, excluded.until),
        site = excluded.site,
        terms_version = excluded.terms_version,
        changed_at = now()
      returning until`
    const end = grant?.until ?? until
    await openConnection(sql, a, end)
    return end
  })
  return { code, grantUntil }
}

/**
 * The connection under way at that gateway, with what the acceptance adds; else a new one: the gateway
 * has not accounted for this device yet, or never will. An accounting Start that comes later takes the
 * row over.
 */
async function openConnection(
  sql: postgres.TransactionSql,
  a: Acceptance,
  grantUntil: Date,
): Promise<void> {
  const at = a.at.getTime()
  const key = portalSessionKey(a.gateway, a.mac)
  const known = await lockSessions(sql, { gateway: a.gateway, mac: a.mac, key })
  const open = known.filter(
    ({ stop, accounted, grantUntil }) =>
      stop === null && (accounted || grantUntil === null || grantUntil > at),
  )
  const first = {
    key,
    generation: Math.max(-1, ...known.map((s) => (s.key === key ? s.generation : -1))) + 1,
    id: randomUUID(),
    gateway: a.gateway,
    site: a.site,
    network: a.network,
    mac: a.mac,
  }
  const sessions = open.length > 0 ? open : [{ ...newSession(first, at), accounted: false }]
  const [v4, v6] = a.ip?.includes(':') === true ? [null, a.ip] : [a.ip, null]
  const seen = sessions.map((session) => ({
    ...session,
    ipv4: seeAddress(session.ipv4, v4, at),
    ipv6: seeAddress(session.ipv6, v6, at),
    lastAt: Math.max(session.lastAt, at),
    grantUntil: grantUntil.getTime(),
  }))
  await writeSessions(sql, known, seen)
  for (const { day, id } of open) {
    // In a connection under way other terms may have been accepted before.
    await sql`
      update log.connection set terms_version = ${a.termsVersion}
      where day = ${day}::date and id = ${id}`
  }
}

function receiptCode(): string {
  // 256 is not a multiple of 30: bytes past the last whole multiple would favour some letters.
  let code = ''
  while (code.length < CODE_LENGTH) {
    for (const byte of randomBytes(CODE_LENGTH)) {
      if (byte < 240 && code.length < CODE_LENGTH) code += CODE_LETTERS[byte % 30] ?? ''
    }
  }
  return code
}

/** The newest acceptance at `site` from the address `ip` whose device still has a grant at `now`. */
export async function findGrantByAddress(
  database: Database,
  site: string,
  ip: string,
  now: Date,
): Promise<{ until: Date } | null> {
  // Only the last device that had this address counts: leases are given to others later.
  const [row] = await database.sql<{ until: Date }[]>`
    select g.until from (
      select mac from guest.acceptance
      where site = ${site} and ip = ${ip}::inet order by at desc limit 1
    ) last
    join guest.access g on g.mac = last.mac
    where g.until > ${now}`
  return row ?? null
}
