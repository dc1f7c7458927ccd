import { createHash, randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Transaction } from 'kysely'
import { certifyDevice } from '#core/pki/leaves.ts'
import type { StatusAddresses } from '#core/pki/leaves.ts'
import type { Seal } from '#core/seal.ts'
import { writeAudit } from './audit.ts'
import type { Database } from './connection.ts'
import { makeDeviceId } from './device-names.ts'
import type { EnrolledDevice } from './enrolled-devices.ts'
import { loadIssuing } from './own-authority.ts'
import type { Tables } from './tables.ts'

export const ENROLMENT_LIMITS = {
  /** Of one person, that count. */
  devices: 20,
  nameCharacters: 64,
} as const

/** What a person says, and what is known of them. */
export interface Enrolment {
  readonly owner: Pick<EnrolledDevice, 'account' | 'how' | 'groups'>
  readonly name: string
  readonly kind: string
  /** How many days its credential is good for. */
  readonly days: number
  /** Who does it, see core/actor.ts. */
  readonly actor: string
  readonly now: number
}

export type EnrolmentRefusal = 'too-many-devices' | 'no-authority' | 'unknown-device'

export interface IssuedCertificate {
  readonly ok: true
  readonly id: string
  readonly serial: string
  readonly certificatePem: string
  /** What signed it, and what stands below the root. */
  readonly chainPem: string
  readonly endsAt: number
}

const DAY_MS = 86_400_000

/** A new device with a certificate for `publicKey` (SubjectPublicKeyInfo, DER). */
export async function enrolWithCertificate(
  database: Database,
  seal: Seal,
  enrolment: Enrolment & { readonly publicKey: Uint8Array; readonly status: StatusOf },
): Promise<IssuedCertificate | { readonly ok: false; readonly reason: EnrolmentRefusal }> {
  const id = makeDeviceId()
  return certified(database, seal, { ...enrolment, id, isNew: true })
}

/** Another certificate for a device; the one before counts until its own end. */
export async function renewCertificate(
  database: Database,
  seal: Seal,
  renewal: Enrolment & {
    readonly id: string
    readonly publicKey: Uint8Array
    readonly status: StatusOf
  },
): Promise<IssuedCertificate | { readonly ok: false; readonly reason: EnrolmentRefusal }> {
  return certified(database, seal, { ...renewal, isNew: false })
}

/** Where a certificate of a generation can be asked about. */
export type StatusOf = (generation: number) => StatusAddresses

async function certified(
  database: Database,
  seal: Seal,
  o: Enrolment & {
    readonly id: string
    readonly isNew: boolean
    readonly publicKey: Uint8Array
    readonly status: StatusOf
  },
): Promise<IssuedCertificate | { readonly ok: false; readonly reason: EnrolmentRefusal }> {
  const issuing = await loadIssuing(database, seal)
  if (issuing === null) return { ok: false, reason: 'no-authority' }
  const { generation, by, issuingPem } = issuing
  const until = endOf(o)
  const { id, publicKey } = o
  const subject = { id, publicKey, until, status: o.status(generation) }
  const { pem: certificatePem, serial } = await certifyDevice(by, subject, o.now)
  const refusal = await database.kysely.transaction().execute(async (kysely) => {
    const found = o.isNew
      ? await insertDevice(kysely, o, { id, generation, secret: null })
      : await renewDevice(kysely, o, { id, generation, secret: null })
    if (found !== null) return found
    await kysely
      .insertInto('staff.device_certificate')
      .values({ serial, device: id, generation, ends_at: new Date(until) })
      .execute()
    await tell(kysely, id)
    await noteEnrolment(kysely, o, id, { serial })
    return null
  })
  if (refusal !== null) return { ok: false, reason: refusal }
  return { ok: true, id, serial, certificatePem, chainPem: issuingPem, endsAt: until }
}

/** A new device that has `password` and no certificate; only its hash is kept. */
export async function enrolWithPassword(
  database: Database,
  enrolment: Enrolment & { readonly password: string; readonly generation: number },
): Promise<
  | { readonly ok: true; readonly id: string; readonly endsAt: number }
  | { readonly ok: false; readonly reason: EnrolmentRefusal }
> {
  const id = makeDeviceId()
  const { generation } = enrolment
  const secret = passwordDigest(enrolment.password)
  const refusal = await database.kysely.transaction().execute(async (kysely) => {
    const found = await insertDevice(kysely, enrolment, { id, generation, secret })
    if (found === null) await noteEnrolment(kysely, enrolment, id, {})
    return found
  })
  return refusal === null
    ? { ok: true, id, endsAt: endOf(enrolment) }
    : { ok: false, reason: refusal }
}

/** Fast, as nobody can try 128 random bits. */
function passwordDigest(password: string): Uint8Array {
  return createHash('sha256').update(password).digest()
}

function endOf({ now, days }: Pick<Enrolment, 'now' | 'days'>): number {
  // Whole seconds, as a certificate has it.
  return Math.floor(now / 1000) * 1000 + days * DAY_MS
}

interface Credential {
  readonly id: string
  readonly generation: number
  readonly secret: Uint8Array | null
}

async function insertDevice(
  kysely: Transaction<Tables>,
  o: Enrolment,
  { id, generation, secret }: Credential,
): Promise<EnrolmentRefusal | null> {
  const { account, how, groups } = o.owner
  // Of two at once, the second counts what the first has made.
  await sql`select pg_advisory_xact_lock(hashtextextended(${`devices of ${account}`}, 0))`.execute(
    kysely,
  )
  const { count } = await kysely
    .selectFrom('staff.device')
    .select((eb) => eb.fn.countAll<string>().as('count'))
    .where('account', '=', account)
    .where('revoked_at', 'is', null)
    .where('ends_at', '>', new Date(o.now))
    .executeTakeFirstOrThrow()
  if (Number(count) >= ENROLMENT_LIMITS.devices) return 'too-many-devices'
  await kysely
    .insertInto('staff.device')
    .values({
      ...{ id, account, how, generation, secret, name: o.name, kind: o.kind },
      groups: [...groups],
      credential: secret === null ? 'certificate' : 'password',
      ends_at: new Date(endOf(o)),
    })
    .execute()
  return null
}

async function renewDevice(
  kysely: Transaction<Tables>,
  o: Enrolment,
  { id, generation, secret }: Credential,
): Promise<EnrolmentRefusal | null> {
  const { account, how, groups } = o.owner
  const renewed = await kysely
    .updateTable('staff.device')
    .set({ how, groups: [...groups], generation, secret, ends_at: new Date(endOf(o)) })
    .where('id', '=', id)
    .where('account', '=', account)
    .where('revoked_at', 'is', null)
    .where('credential', '=', secret === null ? 'certificate' : 'password')
    .executeTakeFirst()
  return renewed.numUpdatedRows === 0n ? 'unknown-device' : null
}

/** The number of its certificate is written after it: who follows must hear of the device once more. */
async function tell(kysely: Transaction<Tables>, id: string): Promise<void> {
  await sql`update staff.device set generation = generation where id = ${id}`.execute(kysely)
}

async function noteEnrolment(
  kysely: Transaction<Tables>,
  { actor, name, kind, owner }: Enrolment,
  id: string,
  more: Readonly<Record<string, unknown>>,
): Promise<void> {
  await writeAudit(kysely, {
    actor,
    action: 'device.enrol',
    subject: id,
    reason: null,
    details: { account: owner.account, name, kind, ...more },
  })
}

/**
 * Ends a device at once: the RADIUS part hears of it, and sessions of its owner are asked to end. The other
 * devices of the owner are back by themselves. False: it is not theirs, or was ended before.
 */
export async function revokeDevice(
  { kysely }: Pick<Database, 'kysely'>,
  o: {
    readonly id: string
    /** Null: whosever it is. */
    readonly account: string | null
    readonly actor: string
    readonly reason: string
  },
): Promise<boolean> {
  const { id, account, actor, reason } = o
  return kysely.transaction().execute(async (kysely) => {
    const row = await kysely
      .updateTable('staff.device')
      .set({ revoked_at: sql<Date>`now()`, revoked_by: actor, revoked_why: reason })
      .where('id', '=', id)
      .where('revoked_at', 'is', null)
      .$if(account !== null, (query) => query.where('account', '=', account ?? ''))
      .returning('account')
      .executeTakeFirst()
    if (row === undefined) return false
    const request = randomUUID()
    await sql`
      select house.ask_disconnect(
        ${request}, null, ${row.account}, null, ${actor}, ${`device revoked: ${reason}`})`.execute(
      kysely,
    )
    await writeAudit(kysely, {
      ...{ actor, action: 'device.revoke', subject: id, reason },
      details: { account: row.account },
    })
    return true
  })
}

/** A device as its owner sees it. */
export interface OwnDevice {
  readonly id: string
  readonly name: string
  readonly kind: string
  readonly credential: 'certificate' | 'password'
  readonly generation: number
  readonly createdAt: Date
  readonly endsAt: Date
  /** UTC, `2027-06-30`. */
  readonly lastSeenOn: string | null
  readonly revokedAt: Date | null
}

/** Of one person, the newest first; what ended more than a month ago is left out. */
export async function listDevices(
  { sql }: Pick<Database, 'sql'>,
  account: string,
): Promise<readonly OwnDevice[]> {
  return sql<OwnDevice[]>`
    select id, name, kind, credential, generation, created_at as "createdAt", ends_at as "endsAt",
           last_seen_on::text as "lastSeenOn", revoked_at as "revokedAt"
    from staff.device
    where account = ${account} and ends_at > now() - interval '30 days'
      and (revoked_at is null or revoked_at > now() - interval '30 days')
    order by created_at desc, id limit 200`
}

/** Whether this person has a device with that password, which counts. */
export async function deviceHasPassword(
  { sql }: Pick<Database, 'sql'>,
  account: string,
  id: string,
  password: string,
): Promise<boolean> {
  const rows = await sql`
    select 1 from staff.device
    where id = ${id} and account = ${account} and secret = ${passwordDigest(password)}
      and revoked_at is null and ends_at > now()`
  return rows.length > 0
}
