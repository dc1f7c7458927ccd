import type postgres from 'postgres'
import { createGateway } from './gateways.ts'
import type { NewGateway } from './gateways.ts'
import { USUAL_GRANT_SECONDS, createNetwork } from './networks.ts'
import { refused } from './outcome.ts'
import type { Outcome, Refusal } from './outcome.ts'
import type { Doer } from './rules.ts'
import { createSite } from './sites.ts'
import type { AdminSite, SiteWish } from './sites.ts'

/** A network of a place that is set up on a page. */
export interface NewNetwork {
  readonly kind: 'guest' | 'staff'
  readonly ssid: string | null
  readonly vlan: number | null
  /** CIDR, IPv4. */
  readonly subnet: string
}

type Sql = postgres.TransactionSql

/** A place with its networks and its gateway: all of it, or nothing. */
export async function createPlace(
  sql: Sql,
  site: SiteWish,
  wish: { readonly networks: readonly NewNetwork[]; readonly gateway: NewGateway | null },
  doer: Doer,
): Promise<Outcome<AdminSite>> {
  try {
    return await sql.savepoint(async (sql) => {
      const made = await createSite(sql, site, doer)
      if (!made.ok) return made
      for (const { subnet, ...network } of wish.networks) {
        const usual = { subnets: [subnet], grantSeconds: USUAL_GRANT_SECONDS, nat: null }
        const added = await createNetwork(sql, site.code, { ...network, ...usual }, doer)
        if (!added.ok) throw new NotMade(added.refusal)
      }
      if (wish.gateway === null) return made
      const added = await createGateway(sql, site.code, wish.gateway, doer)
      if (!added.ok) throw new NotMade(added.refusal)
      return made
    })
  } catch (thrown) {
    if (thrown instanceof NotMade) return refused(thrown.refusal)
    throw thrown
  }
}

/** Ends the savepoint: nothing of the place stays. */
class NotMade extends Error {
  readonly refusal: Refusal
  constructor(refusal: Refusal) {
    super(refusal)
    this.refusal = refusal
  }
}

/** From now on it is known by another certificate, and by the one before no more. */
export async function replaceCertificate(
  sql: Sql,
  gateway: string,
  sha256: string,
): Promise<boolean> {
  const changed = await sql`
    update house.gateway set radsec_certificate = ${sha256}
    where name = ${gateway} and radsec_certificate is not null`
  return changed.count === 1
}
