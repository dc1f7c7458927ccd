import type postgres from 'postgres'
import { done, refused } from './outcome.ts'
import type { Outcome } from './outcome.ts'
import type { Doer } from './rules.ts'

/** What somebody joins the staff network with, as administrators see it. */
export interface AdminDevice {
  readonly id: string
  readonly what: 'certificate' | 'password' | 'key'
  readonly account: string
  /** What its owner calls it. */
  readonly name: string
  readonly kind: string
  /** Of a key: the only place where it counts. */
  readonly site: string | null
  readonly createdAt: Date
  /** Null: no end. */
  readonly endsAt: Date | null
  /** UTC, `2027-06-30`; null: not yet, or not known of what it is. */
  readonly lastSeenOn: string | null
  readonly revokedAt: Date | null
  readonly revokedBy: string | null
  readonly revokedWhy: string | null
  /** Of its certificates, the newest first. */
  readonly serials: readonly string[]
}

/** One life of the certificate authority; PEM, for who reads their ends. */
export interface AdminGeneration {
  readonly generation: number
  /** Null: an authority above has yet to sign. */
  readonly rootPem: string | null
  readonly issuingPem: string | null
  readonly isOurs: boolean
  readonly serverFrom: Date | null
  readonly madeAt: Date
  /** Whose certificate of it counts. */
  readonly devices: number
}

type Sql = postgres.TransactionSql

function columns(sql: Sql) {
  return sql`
    id, what, account, name, kind, site, created_at as "createdAt", ends_at as "endsAt",
    last_seen_on::text as "lastSeenOn", revoked_at as "revokedAt", revoked_by as "revokedBy",
    revoked_why as "revokedWhy", serials`
}

/** By account; `q` is a part of the account or of what the owner calls the device. */
export async function listDevices(
  sql: Sql,
  q: string | null,
  page: { readonly after: { account: string; id: string } | null; readonly rows: number },
): Promise<readonly AdminDevice[]> {
  const { after, rows } = page
  return sql<AdminDevice[]>`
    select ${columns(sql)} from staff.devices_shown(
      ${q}, null, ${after?.account ?? null}, ${after?.id ?? null}, ${rows})`
}

export async function findDevice(sql: Sql, id: string): Promise<AdminDevice | null> {
  const [found] = await sql<AdminDevice[]>`
    select ${columns(sql)} from staff.devices_shown(null, ${id}, null, null, 1)`
  return found ?? null
}

/** At once, for good, and with a reason; its sessions are asked to end. */
export async function endDevice(
  sql: Sql,
  id: string,
  { actor, rights, reason }: Doer & { readonly reason: string },
): Promise<Outcome<null>> {
  if (!rights.can('devices.revoke', { association: null, site: null })) return refused('not-found')
  const [row] = await sql<{ ended: boolean }[]>`
    select staff.end_device(${id}, ${actor}, ${reason}) as ended`
  return row?.ended === true ? done(null) : refused('not-found')
}

export async function listGenerations(sql: Sql): Promise<readonly AdminGeneration[]> {
  return sql<AdminGeneration[]>`
    select generation, root_pem as "rootPem", issuing_pem as "issuingPem", is_ours as "isOurs",
           server_from as "serverFrom", made_at as "madeAt", devices::float8 as devices
    from staff.generations_shown()`
}

/** What the RADIUS server shows: the certificate, then what stands above it. */
export async function listServerCertificates(
  sql: Sql,
): Promise<readonly { readonly name: string; readonly chainPem: string }[]> {
  return sql<{ name: string; chainPem: string }[]>`
    select name, chain_pem as "chainPem" from staff.server_certificates_shown()`
}
