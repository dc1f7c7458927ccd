import type postgres from 'postgres'
import { ASKING_BY_MAC } from '../gateway-kinds.ts'
import type { GatewayKind } from '../gateway-kinds.ts'
import { vendorOf } from '../gateways.ts'
import type { GatewayVendor, SigningRule } from '../gateways.ts'
import { recordLine } from './audit-lines.ts'
import { recordChange } from './changes.ts'
import type { Snapshot } from './changes.ts'
import { keptRules } from './kept-rules.ts'
import { done, refused } from './outcome.ts'
import type { Outcome, Refusal } from './outcome.ts'
import type { Doer } from './rules.ts'

/** A gateway as administrators see it: no secret of it is read. */
export interface AdminGateway {
  readonly name: string
  readonly site: string
  readonly kind: GatewayKind
  readonly vendor: GatewayVendor
  readonly address: string | null
  /** How it proves itself. */
  readonly transport: 'udp' | 'radsec'
  readonly messageAuthenticator: SigningRule
  /** Null: it cannot be asked to end a session. */
  readonly coaPort: number | null
  /** True: its place stands in the files of `apply`, which would bring it back. */
  readonly declared: boolean
  /** Null: not heard yet. */
  readonly heardAt: Date | null
  readonly clockSkewMs: number | null
  readonly refused: number
  /** Of what was said of it; what is seen of it changes no ETag. */
  readonly etag: string
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
  readonly fas: Fas | null
  readonly coaPort: number | null
}

/** Sealed is `key`. */
export interface Fas {
  readonly level: number
  readonly key: string
}

export interface GatewayChange {
  readonly address?: string | null
  readonly kind?: GatewayKind
  readonly vendor?: GatewayVendor
  readonly coaPort?: number | null
  readonly messageAuthenticator?: SigningRule
}

interface StoredGateway extends AdminGateway {
  readonly association: string
  readonly snapshot: Snapshot
}

type Sql = postgres.TransactionSql

/** By RadSec alone; a key that it shares with us is not shown, so that it is known by having no address. */
export function transport(sql: Sql): postgres.PendingQuery<postgres.Row[]> {
  return sql`
    case when num_nonnulls(g.radsec_certificate, g.radsec_name) > 0 or g.address is null
      then 'radsec' else 'udp' end as transport`
}

function columns(sql: Sql) {
  return sql`
    g.name, g.site, g.kind, g.vendor, g.address::text, ${transport(sql)}, g.coa_port as "coaPort",
    g.message_authenticator as "messageAuthenticator", s.declared, p.heard_at as "heardAt",
    p.clock_skew_ms::float8 as "clockSkewMs", coalesce(p.refused, 0)::float8 as refused,
    encode(substr(sha256(convert_to(${snapshot(sql)}::text, 'UTF8')), 1, 12), 'hex') as etag`
}

function snapshot(sql: Sql) {
  return sql`
    jsonb_build_object('name', g.name, 'site', g.site, 'kind', g.kind, 'vendor', g.vendor,
      'address', g.address, 'coa_port', g.coa_port, 'message_authenticator', g.message_authenticator)`
}

function found(sql: Sql) {
  return sql`
    house.gateway g join house.site s on s.code = g.site
    left join house.gateway_posture p on p.gateway = g.name`
}

/** By name. */
export async function listGateways(
  sql: Sql,
  { q, site }: { readonly q: string | null; readonly site: string | null },
  { after, rows }: { readonly after: string | null; readonly rows: number },
): Promise<readonly AdminGateway[]> {
  return sql<AdminGateway[]>`
    select ${columns(sql)} from ${found(sql)}
    where (${q}::text is null or position(lower(${q}) in lower(g.name)) > 0)
      and (${site}::text is null or g.site = ${site})
      and (${after}::text is null or g.name > ${after})
    order by g.name limit ${rows}`
}

export async function findGateway(sql: Sql, name: string): Promise<AdminGateway | null> {
  const [gateway] = await sql<AdminGateway[]>`
    select ${columns(sql)} from ${found(sql)} where g.name = ${name}`
  return gateway ?? null
}

export async function createGateway(
  sql: Sql,
  site: string,
  gateway: NewGateway,
  doer: Doer,
): Promise<Outcome<AdminGateway>> {
  const { name, kind, address, certificate, secret, fas, coaPort } = gateway
  const [place] = await sql<{ association: string }[]>`
    select association from house.site where code = ${site}`
  if (place === undefined) return refused('unknown-site')
  const { association } = place
  if (!doer.rights.can('gateways.write', { association, site })) return refused('not-yours')
  return keptRules(sql, async (sql) => {
    await sql`
      insert into house.gateway (name, site, address, secret, kind, vendor, fas_level, fas_key,
        radsec_certificate, coa_port)
      values (${name}, ${site}, ${address}, ${secret}, ${kind}, ${vendorOf(kind)},
        ${fas?.level ?? null}, ${fas?.key ?? null}, ${certificate}, ${coaPort})`
    return recorded(sql, name, null, { ...doer, action: 'gateway.create' })
  })
}

/** `fas`: for a gateway that has none yet, where it becomes one of openNDS. */
export async function changeGateway(
  sql: Sql,
  name: string,
  etag: string,
  { change, fas }: { readonly change: GatewayChange; readonly fas: Fas | null },
  doer: Doer,
): Promise<Outcome<AdminGateway>> {
  const locked = await lockOwn(sql, name, etag, doer)
  if (!locked.ok) return locked
  const before = locked.value
  const { kind = before.kind } = change
  const vendor = kind === before.kind ? before.vendor : vendorOf(kind)
  const next = { ...before, vendor, ...change }
  const wrong = await whyNot(sql, before, next)
  if (wrong !== null) return refused(wrong)
  return keptRules(sql, async (sql) => {
    await sql`
      update house.gateway set address = ${next.address}, kind = ${next.kind},
        vendor = ${next.vendor}, coa_port = ${next.coaPort},
        message_authenticator = ${next.messageAuthenticator}
      where name = ${name}`
    if (fas !== null) {
      await sql`
        update house.gateway set fas_level = ${fas.level}, fas_key = ${fas.key}
        where name = ${name} and fas_level is null`
    }
    return recorded(sql, name, before, { ...doer, action: 'gateway.change' })
  })
}

/** For good: its secrets go with it. */
export async function removeGateway(
  sql: Sql,
  name: string,
  etag: string,
  doer: Doer,
): Promise<Outcome<AdminGateway>> {
  const locked = await lockOwn(sql, name, etag, doer)
  if (!locked.ok) return locked
  const { association, snapshot, ...gateway } = locked.value
  const wrong = await whyNot(sql, gateway, null)
  if (wrong !== null) return refused(wrong)
  await sql`delete from house.gateway where name = ${name}`
  const { actor, reason } = doer
  await recordChange(sql, {
    ...{ actor, reason, association, action: 'gateway.remove', subject: `gateway ${name}` },
    ...{ before: snapshot, after: null },
  })
  return done(gateway)
}

/** What was learned of how it signs counts no more; nothing is written where nothing was. */
export async function forgetSigning(
  sql: Sql,
  name: string,
  doer: Doer,
): Promise<Outcome<AdminGateway>> {
  const locked = await lockOwn(sql, name, '*', doer)
  if (!locked.ok) return locked
  const { association, snapshot: _, ...gateway } = locked.value
  const forgotten = await sql`
    update house.gateway_posture set enforced_at = null
    where gateway = ${name} and enforced_at is not null`
  if (forgotten.count > 0) {
    const { actor, reason } = doer
    await recordLine(sql, {
      ...{ actor, reason, association, action: 'radius.forget-signing' },
      ...{ subject: `house.gateway ${name}`, details: {} },
    })
  }
  return done(gateway)
}

/** Why it cannot become so, or go: of what stands on it, and of what the files alone know. */
export async function whyNot(
  sql: Sql,
  { name, site, kind, coaPort }: Pick<AdminGateway, 'name' | 'site' | 'kind' | 'coaPort'>,
  next: { readonly kind: string; readonly coaPort: number | null } | null,
): Promise<Refusal | null> {
  const [held] = await sql<{ settings: boolean; captive: boolean }[]>`
    select exists (select from house.gateway_settings where gateway = ${name}) as settings,
           exists (select from house.network
                   where site = ${site} and captive_grant_seconds is not null
                     and ${name} = any(captive_gateways)) as captive`
  const asking: ReadonlySet<string> = ASKING_BY_MAC
  const isAsking = next !== null && asking.has(next.kind)
  if (held?.captive === true && !isAsking) return 'captive-gateway'
  if (next === null || held?.settings !== true) return null
  const isOther = next.kind !== kind || (next.coaPort === null && coaPort !== null)
  return isOther ? 'own-settings' : null
}

async function lockOwn(
  sql: Sql,
  name: string,
  etag: string,
  { rights }: Doer,
): Promise<Outcome<StoredGateway>> {
  const gateway = await lockGateway(sql, name)
  if (gateway === null) return refused('not-found')
  const { association, site } = gateway
  if (!rights.can('gateways.write', { association, site })) return refused('not-yours')
  if (etag !== '*' && etag !== gateway.etag) return refused('changed')
  return done(gateway)
}

/** For this transaction alone to change: whoever comes second waits, and sees the change. */
export async function lockGateway(sql: Sql, name: string): Promise<StoredGateway | null> {
  const [gateway] = await sql<StoredGateway[]>`
    select ${columns(sql)}, s.association, ${snapshot(sql)} as snapshot
    from ${found(sql)} where g.name = ${name} for update of g`
  return gateway ?? null
}

async function recorded(
  sql: Sql,
  name: string,
  before: StoredGateway | null,
  { actor, reason, action }: Doer & { readonly action: 'gateway.create' | 'gateway.change' },
): Promise<Outcome<AdminGateway>> {
  const stored = await lockGateway(sql, name)
  if (stored === null) return refused('not-found')
  const { association, snapshot, ...gateway } = stored
  await recordChange(sql, {
    ...{ actor, reason, association, action, subject: `gateway ${name}` },
    ...{ before: before?.snapshot ?? null, after: snapshot },
  })
  return done(gateway)
}
