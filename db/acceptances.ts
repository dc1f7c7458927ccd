import { randomBytes } from 'node:crypto'
import type { Mac } from '#core/mac.ts'
import type { Database } from './connection.ts'
import { appendEvent } from './journal.ts'
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
  /** The kind of gateway that sent the device. */
  readonly method: string
  readonly grantSeconds: number
  readonly at: Date
}

// Letters and digits that nobody confuses when read aloud or copied from a screen.
const CODE_LETTERS = '23456789ABCDEFGHJKMNPQRSTVWXYZ'
const CODE_LENGTH = 10

/** Writes the proof, the grant and, for the log, the opened connection in one transaction. */
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
    const { gateway, site, network, mac, ip, publicSource, termsVersion, at } = a
    const where = { gateway, site, network, mac, ip, publicSource }
    const opened = { ...where, termsVersion, grantUntil: end, at }
    await appendEvent(sql, { kind: 'acceptance', acceptance: opened })
    return end
  })
  return { code, grantUntil }
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
