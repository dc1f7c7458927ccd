import type { Database } from './connection.ts'
import type { NetworkKind } from './sites.ts'

/** What the code of a receipt shows to whoever has it: what was accepted, and no device in full. */
export interface Receipted {
  readonly at: Date
  readonly site: string
  readonly network: NetworkKind
  /** The last two octets of the device's MAC address. */
  readonly macEnd: string
  readonly termsVersion: string
  /** Of the text that was shown. */
  readonly language: string
  /** Hex, of the text that was shown. */
  readonly textSha256: string
  /** The text was folded away: the same version had been accepted before. */
  readonly renewal: boolean
}

export async function findReceipt(
  { sql }: Pick<Database, 'sql'>,
  code: string,
): Promise<Receipted | null> {
  const [row] = await sql<Receipted[]>`
    select at, site, network, mac_end as "macEnd", terms_version as "termsVersion", language,
           text_sha256 as "textSha256", renewal
    from guest.receipt(${code})`
  return row ?? null
}
