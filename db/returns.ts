import type { Mac } from '#core/mac.ts'
import type { Database } from './connection.ts'
import { appendEvent } from './journal.ts'
import type { PublicSource } from './public-source.ts'

/** A device that accepted before came to a gateway that does not know it. */
export interface Return {
  readonly mac: Mac
  readonly ip: string | null
  readonly publicSource: PublicSource | null
  readonly gateway: string
  readonly site: string
  /** In force; who accepted another version is asked again. */
  readonly termsVersion: string
  readonly at: Date
}

/**
 * Opens a connection in the log for a device whose grant lasts; what was accepted stands as it is. Null:
 * it has none, or accepted other terms.
 */
export async function recordReturn(
  { sql }: Pick<Database, 'sql'>,
  { mac, ip, publicSource, gateway, site, termsVersion, at }: Return,
): Promise<{ grantUntil: Date } | null> {
  return sql.begin(async (transaction) => {
    const [grant] = await transaction<{ until: Date }[]>`
      select until from guest.access
      where mac = ${mac} and until > ${at} and terms_version = ${termsVersion}`
    if (grant === undefined) return null
    const where = { gateway, site, network: 'guest', mac, ip, publicSource } as const
    const acceptance = { ...where, termsVersion, grantUntil: grant.until, at }
    await appendEvent(transaction, { kind: 'acceptance', acceptance })
    return { grantUntil: grant.until }
  })
}
