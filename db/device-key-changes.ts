import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import { AppError } from '#core/error.ts'
import type { Mac } from '#core/mac.ts'
import type { Seal } from '#core/seal.ts'
import { pairwiseMasterKey } from '#core/wpa-key.ts'
import { writeAudit } from './audit.ts'
import type { Database } from './connection.ts'
import { DEVICE_KEY_LIMITS, crowdedNetwork, deviceKeyContext } from './device-keys.ts'
import type { DeviceKey } from './device-keys.ts'
import type { Tables } from './tables.ts'

export interface NewDeviceKey extends Omit<DeviceKey, 'pmk' | 'until' | 'ownerHow'> {
  /** The last day: `2027-06-30`, in UTC. */
  readonly until: string | null
}

/** What is known of a key without its secret. */
export interface DeviceKeySummary extends Omit<NewDeviceKey, 'passphrase'> {
  readonly declared: boolean
  readonly bound: readonly string[]
}

/** The two secrets of a key as the table has them. */
export async function sealedSecrets(
  key: { readonly name: string; readonly ssid: string; readonly passphrase: string },
  seal: Seal,
): Promise<{ passphrase: string; pmk: string }> {
  const pmk = await pairwiseMasterKey(key.passphrase, key.ssid)
  return {
    passphrase: seal.seal(key.passphrase, deviceKeyContext.passphrase(key.name)),
    pmk: seal.seal(Buffer.from(pmk).toString('hex'), deviceKeyContext.pmk(key.name)),
  }
}

/** Makes a key that no file declares. Its passphrase must be one that nobody has: a generated one. */
export async function createDeviceKey(
  database: Pick<Database, 'kysely'>,
  seal: Seal,
  key: NewDeviceKey,
  actor: string,
): Promise<void> {
  const { passphrase: _, ...known } = key
  const secrets = await sealedSecrets(key, seal)
  await database.kysely.transaction().execute(async (kysely) => {
    await alone(kysely)
    await refuseUnfit(kysely, key)
    const row = { ...known, groups: [...key.groups], ...secrets, declared: false }
    await kysely.insertInto('staff.device_key').values(row).execute()
    await writeAudit(kysely, {
      actor,
      action: 'device-key.create',
      subject: key.name,
      reason: null,
      details: { ...known },
    })
  })
}

/** Takes a key that a command made away from everyone who has it, and asks for their sessions to end. */
export async function revokeDeviceKey(
  database: Pick<Database, 'kysely'>,
  name: string,
  actor: string,
  reason: string,
): Promise<void> {
  await database.kysely.transaction().execute(async (kysely) => {
    await alone(kysely)
    const { declared } = await requireKey(kysely, name)
    if (declared) {
      throw new AppError(
        'device-key',
        `the device key "${name}" is declared in a file: take it out there and apply, else it would come back`,
      )
    }
    await endSessionsOfKey(kysely, name, actor, reason)
    await kysely.deleteFrom('staff.device_key').where('name', '=', name).execute()
    const entry = {
      actor,
      action: 'device-key.revoke',
      subject: name,
      reason,
      details: {},
    } as const
    await writeAudit(kysely, entry)
  })
}

/** Lets another device have the key in the place of those that used it; returns how many were let go. */
export async function releaseDeviceKey(
  database: Pick<Database, 'kysely'>,
  name: string,
  mac: Mac | null,
  actor: string,
): Promise<number> {
  return database.kysely.transaction().execute(async (kysely) => {
    await alone(kysely)
    await requireKey(kysely, name)
    await endSessionsOfKey(kysely, name, actor, 'device key released')
    const { numDeletedRows } = await kysely
      .deleteFrom('staff.device_key_mac')
      .where('device_key', '=', name)
      .$if(mac !== null, (query) => query.where('mac', '=', mac ?? ''))
      .executeTakeFirst()
    await writeAudit(kysely, {
      actor,
      action: 'device-key.release',
      subject: name,
      reason: null,
      details: { mac, devices: Number(numDeletedRows) },
    })
    return Number(numDeletedRows)
  })
}

export async function listDeviceKeys(
  database: Pick<Database, 'sql'>,
  site: string | null,
): Promise<readonly DeviceKeySummary[]> {
  return database.sql<DeviceKeySummary[]>`
    select k.name, k.owner, k.kind, k.groups, k.site, k.association, k.ssid, k.mac::text as mac,
           k.devices, k.until::text as until, k.declared,
           array(select m.mac::text from staff.device_key_mac m where m.device_key = k.name
                 order by m.mac) as bound
    from staff.device_key k left join house.site s on s.code = ${site}
    where ${site}::text is null or k.site = s.code or k.association = s.association
       or (k.site is null and k.association is null)
    order by k.name`
}

/**
 * Asks for the sessions of the devices that have the key to end, in the caller's transaction. Where none
 * is known, an access point may have been offered it among others: then those of its owner.
 */
export async function endSessionsOfKey(
  kysely: Kysely<Tables>,
  name: string,
  actor: string,
  reason: string,
): Promise<void> {
  await sql`
    select house.ask_disconnect(${randomUUID()}::uuid, d.mac, null, null, ${actor}, ${reason})
    from (
      select mac from staff.device_key where name = ${name} and mac is not null
      union select mac from staff.device_key_mac where device_key = ${name}
    ) d`.execute(kysely)
  await sql`
    select house.ask_disconnect(${randomUUID()}::uuid, null, k.owner, k.site, ${actor}, ${reason})
    from staff.device_key k
    where k.name = ${name} and k.mac is null
      and not exists (select from staff.device_key_mac m where m.device_key = k.name)`.execute(
    kysely,
  )
}

/** As apply takes it, so that the two never compare with what the other is about to change. */
export async function alone(kysely: Kysely<Tables>): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('apply', 0))`.execute(kysely)
}

async function requireKey(kysely: Kysely<Tables>, name: string): Promise<{ declared: boolean }> {
  const row = await kysely
    .selectFrom('staff.device_key')
    .select('declared')
    .where('name', '=', name)
    .executeTakeFirst()
  if (row !== undefined) return row
  throw new AppError('device-key', `there is no device key "${name}"`)
}

async function refuseUnfit(kysely: Kysely<Tables>, key: NewDeviceKey): Promise<void> {
  const unfit = await whyUnfit(kysely, key)
  if (unfit !== null) throw new AppError('device-key', unfit.sentence)
}

interface Unfit {
  readonly reason: 'name-taken' | 'mac-taken' | 'crowded' | 'unknown-place'
  readonly sentence: string
}

/** What keeps this key from being made beside those that are there; null: nothing. */
export async function whyUnfit(kysely: Kysely<Tables>, key: NewDeviceKey): Promise<Unfit | null> {
  const rows = await kysely
    .selectFrom('staff.device_key')
    .select((eb) => [
      ...(['name', 'site', 'association', 'ssid'] as const),
      eb.cast<string | null>('mac', 'text').as('mac'),
    ])
    .execute()
  if (rows.some(({ name }) => name === key.name)) {
    const sentence = `there is a device key "${key.name}" already: choose another name`
    return { reason: 'name-taken', sentence }
  }
  const same = rows.find(({ ssid, mac }) => mac !== null && ssid === key.ssid && mac === key.mac)
  if (same !== undefined) {
    const sentence = `the device ${key.mac} has the key "${same.name}" on "${key.ssid}"`
    return { reason: 'mac-taken', sentence }
  }
  if (crowdedNetwork([...rows, key]) !== null) {
    const sentence = `the network "${key.ssid}" would have more than ${DEVICE_KEY_LIMITS.candidates} device keys at one place without a mac: say --mac, --site or --association`
    return { reason: 'crowded', sentence }
  }
  return unknownPlace(kysely, key)
}

async function unknownPlace(kysely: Kysely<Tables>, key: NewDeviceKey): Promise<Unfit | null> {
  const { site, association } = key
  const table = site === null ? 'house.association' : 'house.site'
  const code = site ?? association
  if (code === null) return null
  const found = await kysely
    .selectFrom(table)
    .select('code')
    .where('code', '=', code)
    .executeTakeFirst()
  if (found !== undefined) return null
  const what = site === null ? 'association' : 'site'
  return { reason: 'unknown-place', sentence: `there is no ${what} "${code}"` }
}
