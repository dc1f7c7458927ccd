import type { Database } from './connection.ts'
import { writeAudit } from './audit.ts'
import type { SigningRule } from './gateways.ts'

/** A way of signing: when a gateway was first and last seen to do so. Null: never. */
export interface Seen {
  readonly from: Date
  readonly at: Date
}

/** What one process saw of a gateway since it last said so; counters are what came on top. */
export interface Sighting {
  readonly gateway: string
  readonly transport: 'udp' | 'radsec'
  readonly heardAt: Date | null
  /** When it last asked whether to let somebody in, and when it last told of a session. */
  readonly accessAt: Date | null
  readonly accountingAt: Date | null
  /** When it last connected by RadSec, and until when the certificate counts that it showed. */
  readonly connectedAt: Date | null
  readonly certificateEndsAt: Date | null
  readonly signed: Seen | null
  readonly unsigned: Seen | null
  /** With Proxy-State, and unsigned. */
  readonly proxied: Seen | null
  /** Since when this process has it sign, if it learned that just now. */
  readonly enforcedAt: Date | null
  /** By how much its clock is ahead. */
  readonly clockSkewMs: number | null
  readonly requests: number
  readonly unsignedRequests: number
  readonly refused: number
  readonly overLimit: number
  /** Packets from its address that its secret did not make. */
  readonly forged: number
}

/** A gateway as declared and as all processes saw it; `seen` is null where none ever did. */
export interface GatewayPosture {
  readonly gateway: string
  readonly site: string
  readonly rule: SigningRule
  /** Null: it is known by RadSec alone. */
  readonly address: string | null
  readonly seen: (Omit<Sighting, 'gateway'> & { readonly since: Date }) | null
}

/**
 * Adds what a process saw to what is known. In the order of names, so that two processes that write at
 * once wait for each other and never in a circle.
 */
export async function savePostures(
  { sql }: Pick<Database, 'sql'>,
  sightings: readonly Sighting[],
): Promise<void> {
  const rows = sightings.map(({ signed, unsigned, proxied, ...row }) => ({
    ...row,
    signedFrom: signed?.from ?? null,
    signedAt: signed?.at ?? null,
    unsignedFrom: unsigned?.from ?? null,
    unsignedAt: unsigned?.at ?? null,
    proxiedFrom: proxied?.from ?? null,
    proxiedAt: proxied?.at ?? null,
  }))
  await sql`
    insert into house.gateway_posture as known
      (gateway, transport, heard_at, signed_from, signed_at, unsigned_from, unsigned_at, proxied_from,
       proxied_at, enforced_at, clock_skew_ms, requests, unsigned, refused, over_limit, forged, access_at,
       accounting_at, connected_at, certificate_ends_at)
    select seen.*
    from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as seen (
      "gateway" text, "transport" text, "heardAt" timestamptz, "signedFrom" timestamptz,
      "signedAt" timestamptz, "unsignedFrom" timestamptz, "unsignedAt" timestamptz,
      "proxiedFrom" timestamptz, "proxiedAt" timestamptz, "enforcedAt" timestamptz,
      "clockSkewMs" bigint, "requests" bigint, "unsignedRequests" bigint, "refused" bigint,
      "overLimit" bigint, "forged" bigint, "accessAt" timestamptz, "accountingAt" timestamptz,
      "connectedAt" timestamptz, "certificateEndsAt" timestamptz)
    join house.gateway g on g.name = seen.gateway
    order by seen.gateway
    on conflict (gateway) do update set
      transport = case when excluded.heard_at >= known.heard_at or known.heard_at is null
        then excluded.transport else known.transport end,
      heard_at = greatest(known.heard_at, excluded.heard_at),
      signed_from = least(known.signed_from, excluded.signed_from),
      signed_at = greatest(known.signed_at, excluded.signed_at),
      unsigned_from = least(known.unsigned_from, excluded.unsigned_from),
      unsigned_at = greatest(known.unsigned_at, excluded.unsigned_at),
      proxied_from = least(known.proxied_from, excluded.proxied_from),
      proxied_at = greatest(known.proxied_at, excluded.proxied_at),
      enforced_at = coalesce(known.enforced_at, excluded.enforced_at),
      clock_skew_ms = coalesce(excluded.clock_skew_ms, known.clock_skew_ms),
      requests = known.requests + excluded.requests,
      unsigned = known.unsigned + excluded.unsigned,
      refused = known.refused + excluded.refused,
      over_limit = known.over_limit + excluded.over_limit,
      forged = known.forged + excluded.forged,
      access_at = greatest(known.access_at, excluded.access_at),
      accounting_at = greatest(known.accounting_at, excluded.accounting_at),
      connected_at = greatest(known.connected_at, excluded.connected_at),
      certificate_ends_at = coalesce(excluded.certificate_ends_at, known.certificate_ends_at)`
}

/** The gateways that must sign because one of the processes learned that they do. */
export async function loadEnforced({ sql }: Pick<Database, 'sql'>): Promise<ReadonlySet<string>> {
  const rows = await sql<{ gateway: string }[]>`
    select gateway from house.gateway_posture where enforced_at is not null`
  return new Set(rows.map(({ gateway }) => gateway))
}

export async function loadPostures({
  sql,
}: Pick<Database, 'sql'>): Promise<readonly GatewayPosture[]> {
  const rows = await sql<PostureRow[]>`
    select g.name, g.site, g.message_authenticator as rule, g.address::text as address, p.*
    from house.gateway g left join house.gateway_posture p on p.gateway = g.name
    order by g.name`
  return rows.map((row) => ({
    gateway: row.name,
    site: row.site,
    rule: row.rule,
    address: row.address,
    seen:
      row.since === null
        ? null
        : {
            since: row.since,
            transport: row.transport,
            heardAt: row.heard_at,
            accessAt: row.access_at,
            accountingAt: row.accounting_at,
            connectedAt: row.connected_at,
            certificateEndsAt: row.certificate_ends_at,
            signed: seenOf(row.signed_from, row.signed_at),
            unsigned: seenOf(row.unsigned_from, row.unsigned_at),
            proxied: seenOf(row.proxied_from, row.proxied_at),
            enforcedAt: row.enforced_at,
            clockSkewMs: row.clock_skew_ms === null ? null : Number(row.clock_skew_ms),
            requests: Number(row.requests),
            unsignedRequests: Number(row.unsigned),
            refused: Number(row.refused),
            overLimit: Number(row.over_limit),
            forged: Number(row.forged),
          },
  }))
}

interface PostureRow {
  readonly name: string
  readonly site: string
  readonly rule: SigningRule
  readonly address: string | null
  readonly since: Date | null
  readonly transport: 'udp' | 'radsec'
  readonly heard_at: Date | null
  readonly access_at: Date | null
  readonly accounting_at: Date | null
  readonly connected_at: Date | null
  readonly certificate_ends_at: Date | null
  readonly signed_from: Date | null
  readonly signed_at: Date | null
  readonly unsigned_from: Date | null
  readonly unsigned_at: Date | null
  readonly proxied_from: Date | null
  readonly proxied_at: Date | null
  readonly enforced_at: Date | null
  readonly clock_skew_ms: string | null
  readonly requests: string
  readonly unsigned: string
  readonly refused: string
  readonly over_limit: string
  readonly forged: string
}

function seenOf(from: Date | null, at: Date | null): Seen | null {
  return from === null || at === null ? null : { from, at }
}

/**
 * What was learned of a gateway no longer counts, until it is learned again: for one that was given
 * another firmware. False: nothing was enforced.
 */
export async function forgetEnforced(
  { kysely }: Pick<Database, 'kysely'>,
  gateway: string,
  by: { readonly actor: string; readonly reason: string },
): Promise<boolean> {
  return kysely.transaction().execute(async (transaction) => {
    const done = await transaction
      .updateTable('house.gateway_posture')
      .set({ enforced_at: null })
      .where('gateway', '=', gateway)
      .where('enforced_at', 'is not', null)
      .executeTakeFirst()
    if (done.numUpdatedRows === 0n) return false
    await writeAudit(transaction, {
      actor: by.actor,
      action: 'radius.forget-signing',
      subject: `house.gateway ${gateway}`,
      reason: by.reason,
      details: {},
    })
    return true
  })
}
