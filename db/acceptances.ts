import type { Mac } from '#core/mac.ts'
import type { Database } from './connection.ts'
import { appendEvents } from './journal.ts'
import type { LogEvent } from './log-event.ts'
import { newReceiptCode } from './receipt-code.ts'
import type { PublicSource } from './public-source.ts'
import type { NetworkKind } from './sites.ts'

/** A device's owner said yes to the terms of use. */
export interface Acceptance {
  readonly mac: Mac
  /** The device's private address, where the gateway told it. */
  readonly ip: string | null
  readonly publicSource: PublicSource | null
  readonly gateway: string
  readonly site: string
  readonly network: NetworkKind
  readonly termsVersion: string
  readonly language: string
  /** Hex, of the text that was shown. */
  readonly textSha256: string
  /** The kind of gateway that sent the device, or `helper`. */
  readonly method: string
  /** Who let it in, where the method is `helper`; only there. */
  readonly grantedBy?: string
  /** The same version was accepted before, and its text was folded away on the page. */
  readonly renewal?: boolean
  readonly grantSeconds: number
  readonly at: Date
}

export interface Accepted {
  /** Of the receipt. */
  readonly code: string
  readonly grantUntil: Date
}

/** Writes the proof, the grant and, for the log, the opened connection in one transaction. */
export async function recordAcceptance(
  database: Pick<Database, 'sql'>,
  acceptance: Acceptance,
): Promise<Accepted> {
  const [accepted] = await recordAcceptances(database, [acceptance])
  if (accepted === undefined) throw new Error(`nothing was written for ${acceptance.mac}`)
  return accepted
}

/** Several in one transaction, each of another device; the answers are in their order. */
export async function recordAcceptances(
  { sql: database }: Pick<Database, 'sql'>,
  acceptances: readonly Acceptance[],
): Promise<readonly Accepted[]> {
  const given = acceptances.map((acceptance) => ({
    ...acceptance,
    code: newReceiptCode(),
    until: new Date(acceptance.at.getTime() + acceptance.grantSeconds * 1000),
  }))
  const untilByMac = await database.begin(async (sql) => {
    // By MAC, so that two transactions lock the grants of the same devices in one order. The second of
    // two taps waits there for the first, and finds what that one has opened.
    const grants = await sql<{ mac: Mac; until: Date }[]>`
      with given as (
        select * from json_to_recordset(${JSON.stringify(given.map(rowOf))}::text::json) as row (
          code text, at timestamptz, mac macaddr, ip inet, gateway text, site text, network text,
          terms_version text, language text, text_sha256 text, method text, granted_by text,
          renewal boolean, until timestamptz)
      ), proof as (
        insert into guest.acceptance
          (code, at, mac, ip, gateway, site, network, terms_version, language, text_sha256, method,
           granted_by, renewal)
        select code, at, mac, ip, gateway, site, network, terms_version, language, text_sha256,
               method, granted_by, renewal
        from given
      )
      insert into guest.access as held (mac, until, site, terms_version)
      select mac, until, site, terms_version from given order by mac
      on conflict (mac) do update set
        until = greatest(held.until, excluded.until),
        site = excluded.site,
        terms_version = excluded.terms_version,
        changed_at = now()
      returning mac::text as mac, until`
    const found = new Map(grants.map(({ mac, until }) => [mac, until]))
    const events = given.map(({ until, ...a }): LogEvent => {
      const { gateway, site, network, mac, ip, publicSource, termsVersion, at } = a
      const where = { gateway, site, network, mac, ip, publicSource }
      const grantUntil = found.get(mac) ?? until
      return { kind: 'acceptance', acceptance: { ...where, termsVersion, grantUntil, at } }
    })
    await appendEvents(sql, events)
    return found
  })
  return given.map(({ code, mac, until }) => ({ code, grantUntil: untilByMac.get(mac) ?? until }))
}

function rowOf(a: Acceptance & { readonly code: string; readonly until: Date }): object {
  return {
    ...{ code: a.code, at: a.at, mac: a.mac, ip: a.ip, gateway: a.gateway, site: a.site },
    ...{ network: a.network, terms_version: a.termsVersion, language: a.language },
    ...{ text_sha256: a.textSha256, method: a.method, granted_by: a.grantedBy ?? null },
    ...{ renewal: a.renewal ?? false, until: a.until },
  }
}

/**
 * The newest acceptance at `site` from the address `ip` whose device still has a grant at `now`, for the
 * terms in force: null where there are none.
 */
export async function findGrantByAddress(
  database: Database,
  where: { readonly site: string; readonly ip: string; readonly termsInForce: string | null },
  now: Date,
): Promise<{ until: Date } | null> {
  const { site, ip, termsInForce } = where
  // Only the last device that had this address counts: leases are given to others later.
  const [row] = await database.sql<{ until: Date }[]>`
    select g.until from (
      select mac from guest.acceptance
      where site = ${site} and ip = ${ip}::inet order by at desc limit 1
    ) last
    join guest.access g on g.mac = last.mac
    where g.until > ${now}
      and g.terms_version = coalesce(${termsInForce}::text, g.terms_version)`
  return row ?? null
}
