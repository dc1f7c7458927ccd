import type postgres from 'postgres'
import { portBlockProblem } from '#core/port-block.ts'
import type { SourceNat } from '#core/port-block.ts'
import type { NetworkKind } from '../sites.ts'
import { recordChange } from './changes.ts'
import type { Snapshot } from './changes.ts'
import { done, refused } from './outcome.ts'
import type { Outcome, Refusal } from './outcome.ts'
import type { Doer } from './rules.ts'

/** Of which place, and which of its two. */
export interface NetworkKey {
  readonly site: string
  readonly kind: NetworkKind
}

/** A network of a place, as administrators see it. */
export interface AdminNetwork extends NetworkKey {
  readonly ssid: string | null
  readonly vlan: number | null
  /** CIDR. */
  readonly subnets: readonly string[]
  /** How long a device is let in. */
  readonly grantSeconds: number
  readonly nat: SourceNat | null
  /** True: its place stands in the files of `apply`, which would bring it back. */
  readonly declared: boolean
  readonly etag: string
}

export type NetworkWish = Pick<
  AdminNetwork,
  'kind' | 'ssid' | 'vlan' | 'subnets' | 'grantSeconds' | 'nat'
>
export type NetworkChange = Partial<Omit<NetworkWish, 'kind'>>

interface StoredNetwork extends AdminNetwork {
  readonly association: string
  readonly snapshot: Snapshot
}

type Sql = postgres.TransactionSql

/** As long as a guest who comes every week need not accept the terms again. */
export const USUAL_GRANT_SECONDS = 30 * 86_400

function columns(sql: Sql) {
  return sql`
    n.site, n.kind, n.ssid, n.vlan, n.subnets::text[], n.grant_seconds as "grantSeconds",
    case when n.nat_first_port is not null then jsonb_build_object('address', host(n.nat_address),
      'firstPort', n.nat_first_port, 'lastPort', n.nat_last_port, 'portsEach', n.nat_ports_each) end as nat,
    s.declared, encode(substr(sha256(convert_to(to_jsonb(n)::text, 'UTF8')), 1, 12), 'hex') as etag`
}

export async function networksOf(sql: Sql, site: string): Promise<readonly AdminNetwork[]> {
  return sql<AdminNetwork[]>`
    select ${columns(sql)} from house.network n join house.site s on s.code = n.site
    where n.site = ${site} order by n.kind`
}

export async function findNetwork(
  sql: Sql,
  { site, kind }: NetworkKey,
): Promise<AdminNetwork | null> {
  const [network] = await sql<AdminNetwork[]>`
    select ${columns(sql)} from house.network n join house.site s on s.code = n.site
    where n.site = ${site} and n.kind = ${kind}`
  return network ?? null
}

export async function createNetwork(
  sql: Sql,
  site: string,
  wish: NetworkWish,
  doer: Doer,
): Promise<Outcome<AdminNetwork>> {
  const { kind, ssid, vlan, subnets, grantSeconds, nat } = wish
  const [place] = await sql<{ association: string }[]>`
    select association from house.site where code = ${site}`
  if (place === undefined) return refused('not-found')
  const { association } = place
  if (!doer.rights.can('sites.write', { association, site })) return refused('not-yours')
  const wrong = await whyNot(sql, site, wish)
  if (wrong !== null) return refused(wrong)
  const made = await sql`
    insert into house.network (site, kind, vlan, grant_seconds, subnets, ssid,
      nat_address, nat_first_port, nat_last_port, nat_ports_each)
    values (${site}, ${kind}, ${vlan}, ${grantSeconds}, ${[...subnets]}::text[]::cidr[], ${ssid},
      ${nat?.address ?? null}, ${nat?.firstPort ?? null}, ${nat?.lastPort ?? null},
      ${nat?.portsEach ?? null})
    on conflict do nothing`
  if (made.count === 0) return refused('exists')
  return recorded(sql, { site, kind }, null, { ...doer, action: 'network.create' })
}

export async function changeNetwork(
  sql: Sql,
  key: NetworkKey,
  etag: string,
  change: NetworkChange,
  doer: Doer,
): Promise<Outcome<AdminNetwork>> {
  const locked = await lockOwn(sql, key, etag, doer)
  if (!locked.ok) return locked
  const before = locked.value
  const { ssid, vlan, subnets, grantSeconds, nat } = { ...before, ...change }
  const wrong = await whyNot(sql, key.site, { ...before, ...change })
  if (wrong !== null) return refused(wrong)
  await sql`
    update house.network set ssid = ${ssid}, vlan = ${vlan}, grant_seconds = ${grantSeconds},
      subnets = ${[...subnets]}::text[]::cidr[], nat_address = ${nat?.address ?? null},
      nat_first_port = ${nat?.firstPort ?? null}, nat_last_port = ${nat?.lastPort ?? null},
      nat_ports_each = ${nat?.portsEach ?? null}
    where site = ${key.site} and kind = ${key.kind}`
  return recorded(sql, key, before, { ...doer, action: 'network.change' })
}

/** Not while something of the filter is for it: that would go too, or stay behind without it. */
export async function removeNetwork(
  sql: Sql,
  key: NetworkKey,
  etag: string,
  doer: Doer,
): Promise<Outcome<AdminNetwork>> {
  const locked = await lockOwn(sql, key, etag, doer)
  if (!locked.ok) return locked
  const { association, snapshot, ...network } = locked.value
  if (await isUsed(sql, key)) return refused('network-used')
  await sql`delete from house.network where site = ${key.site} and kind = ${key.kind}`
  const { actor, reason } = doer
  await recordChange(sql, {
    ...{ actor, reason, association, action: 'network.remove', subject: networkSubject(key) },
    ...{ before: snapshot, after: null },
  })
  return done(network)
}

/** Whether something of the filter is for that network alone. */
export async function isUsed(sql: Sql, { site, kind }: NetworkKey): Promise<boolean> {
  const [row] = await sql<{ used: boolean }[]>`
    select house.network_is_used(${site}, ${kind}) as used`
  return row?.used ?? true
}

/** `network 75-0042 guest`, as `apply` names it. */
function networkSubject({ site, kind }: NetworkKey): string {
  return `network ${site} ${kind}`
}

/** As `apply` would refuse it. */
async function whyNot(
  sql: Sql,
  site: string,
  { kind, ssid, vlan, subnets, nat }: NetworkWish,
): Promise<Refusal | null> {
  if (nat !== null && portBlockProblem(nat, subnets) !== null) return 'nat-ports'
  // An address is easily copied: who comes in without 802.1X is kept apart from the others.
  const [clash] = await sql`
    select from house.network c
    where c.site = ${site} and c.captive_grant_seconds is not null
      and (c.captive_ssid = ${ssid}
        or ${kind} = 'staff' and ${vlan}::int is not null
          and coalesce(c.captive_vlan = ${vlan}::int, true))`
  return clash === undefined ? null : 'captive-alike'
}

async function lockOwn(
  sql: Sql,
  key: NetworkKey,
  etag: string,
  { rights }: Doer,
): Promise<Outcome<StoredNetwork>> {
  const network = await lockNetwork(sql, key)
  if (network === null) return refused('not-found')
  const { association } = network
  if (!rights.can('sites.write', { association, site: key.site })) return refused('not-yours')
  if (etag !== '*' && etag !== network.etag) return refused('changed')
  return done(network)
}

/** For this transaction alone to change: whoever comes second waits, and sees the change. */
async function lockNetwork(sql: Sql, { site, kind }: NetworkKey): Promise<StoredNetwork | null> {
  const [network] = await sql<StoredNetwork[]>`
    select ${columns(sql)}, s.association, to_jsonb(n) as snapshot
    from house.network n join house.site s on s.code = n.site
    where n.site = ${site} and n.kind = ${kind} for update of n`
  return network ?? null
}

async function recorded(
  sql: Sql,
  key: NetworkKey,
  before: StoredNetwork | null,
  { actor, reason, action }: Doer & { readonly action: 'network.create' | 'network.change' },
): Promise<Outcome<AdminNetwork>> {
  const stored = await lockNetwork(sql, key)
  if (stored === null) return refused('not-found')
  const { association, snapshot, ...network } = stored
  await recordChange(sql, {
    ...{ actor, reason, association, action, subject: networkSubject(key) },
    ...{ before: before?.snapshot ?? null, after: snapshot },
  })
  return done(network)
}
