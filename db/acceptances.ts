import type { Mac } from '#core/mac.ts'
import type { Database } from './connection.ts'
import { appendEvent } from './journal.ts'
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

/** Writes the proof, the grant and, for the log, the opened connection in one transaction. */
export async function recordAcceptance(
  database: Database,
  acceptance: Acceptance,
): Promise<{ code: string; grantUntil: Date }> {
  const a = acceptance
  const code = newReceiptCode()
  const until = new Date(a.at.getTime() + a.grantSeconds * 1000)
  const grantUntil = await database.sql.begin(async (sql) => {
    // Twice the same tap: the second finds what the first has opened.
    await sql`select pg_advisory_xact_lock(hashtextextended(${`acceptance ${a.mac}`}, 0))`
    await sql`
      insert into guest.acceptance
        (code, at, mac, ip, gateway, site, network, terms_version, language, text_sha256, method,
         granted_by, renewal)
      values (${code}, ${a.at}, ${a.mac}, ${a.ip}, ${a.gateway}, ${a.site}, ${a.network},
              ${a.termsVersion}, ${a.language}, ${a.textSha256}, ${a.method},
              ${a.grantedBy ?? null}, ${a.renewal ?? false})`
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
    const { gateway, site, network, mac, ip, publicSource, termsVersion, at } = a
    const where = { gateway, site, network, mac, ip, publicSource }
    const opened = { ...where, termsVersion, grantUntil: end, at }
    await appendEvent(sql, { kind: 'acceptance', acceptance: opened })
    return end
  })
  return { code, grantUntil }
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
