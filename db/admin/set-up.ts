import type postgres from 'postgres'
import type { GatewayKind } from '../gateway-kinds.ts'
import { recordChange } from './changes.ts'
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

/** A gateway with what was made for it; sealed are `secret` (context `gateway:NAME`) and `fasKey` (`fas:NAME`). */
export interface NewGateway {
  readonly name: string
  readonly kind: GatewayKind
  /** CIDR; null: it proves who it is by `certificate`. */
  readonly address: string | null
  /** SHA-256 in hexadecimal of the one that it will show; null: it has an address. */
  readonly certificate: string | null
  readonly secret: string
  readonly fas: { readonly level: number; readonly key: string } | null
  readonly coaPort: number | null
}

interface Place {
  readonly site: string
  readonly association: string
}

type Sql = postgres.TransactionSql

/** A place with its networks and its gateway: all of it, or nothing. */
export async function createPlace(
  sql: Sql,
  site: SiteWish,
  wish: { readonly networks: readonly NewNetwork[]; readonly gateway: NewGateway | null },
  doer: Doer,
): Promise<Outcome<AdminSite>> {
  const place = { site: site.code, association: site.association }
  try {
    return await sql.savepoint(async (sql) => {
      const made = await createSite(sql, site, doer)
      if (!made.ok) return made
      for (const { subnet, ...network } of wish.networks) {
        const usual = { subnets: [subnet], grantSeconds: USUAL_GRANT_SECONDS, nat: null }
        const added = await createNetwork(sql, site.code, { ...network, ...usual }, doer)
        if (!added.ok) throw new NotMade(added.refusal)
      }
      if (wish.gateway !== null) await addGateway(sql, place, wish.gateway, doer)
      return made
    })
  } catch (thrown) {
    if (thrown instanceof NotMade) return refused(thrown.refusal)
    // Names and addresses are one house's, whoever may see them: the database says that one is taken.
    if (isTaken(thrown)) return refused('gateway-taken')
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

async function addGateway(
  sql: Sql,
  { site, association }: Place,
  gateway: NewGateway,
  { actor, reason }: Doer,
): Promise<void> {
  const { name, kind, address, certificate, fas, coaPort } = gateway
  await sql`
    insert into house.gateway (name, site, address, secret, kind, vendor, fas_level, fas_key,
      radsec_certificate, coa_port)
    values (${name}, ${site}, ${address}, ${gateway.secret}, ${kind},
      ${kind === 'mikrotik' ? 'mikrotik' : 'standard'}, ${fas?.level ?? null}, ${fas?.key ?? null},
      ${certificate}, ${coaPort})`
  await sql`set constraints all immediate`
  await recordChange(sql, {
    ...{ actor, reason, association, action: 'gateway.create', subject: `gateway ${name}` },
    ...{ before: null, after: { site, kind, address } },
  })
}

const UNIQUE_VIOLATION = '23505'

function isTaken(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === UNIQUE_VIOLATION
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
