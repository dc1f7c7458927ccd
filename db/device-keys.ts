import { sql } from 'kysely'
import type { Mac } from '#core/mac.ts'
import type { Seal } from '#core/seal.ts'
import type { Database } from './connection.ts'
import { openSecret } from './gateways.ts'

/** A pre-shared key of its own for a thing without 802.1X. */
export interface DeviceKey {
  readonly name: string
  /** What the log calls who uses it. */
  readonly owner: string
  /** Of device: `till`, `printer`. */
  readonly kind: string
  readonly groups: readonly string[]
  /** Where it is valid; both null: everywhere. */
  readonly site: string | null
  readonly association: string | null
  readonly ssid: string
  /** The one device that may use it, if it was declared. */
  readonly mac: Mac | null
  /** How many may use it otherwise: the first that do. */
  readonly devices: number
  /** When it ends, in milliseconds since the epoch. */
  readonly until: number | null
  /** Who vouches for its owner, with whom it ends; null: it does not. */
  readonly ownerHow: 'oidc' | 'ldap' | 'local' | null
  readonly passphrase: string
  /** 32 octets, worked out of passphrase and SSID when the key was made. */
  readonly pmk: Uint8Array
}

/** A device that has used a key and has it from then on. */
export interface BoundDevice {
  readonly ssid: string
  readonly mac: Mac
  readonly key: string
}

export interface DeviceKeys {
  readonly keys: readonly DeviceKey[]
  readonly bound: readonly BoundDevice[]
}

export const NO_DEVICE_KEYS: DeviceKeys = { keys: [], bound: [] }

export const DEVICE_KEY_LIMITS = {
  /** Without a declared device, on one network of one place: each is tried for a device that nobody knows. */
  candidates: 500,
  devices: 1000,
} as const

const DAY_MS = 86_400_000

/** What the sealed secrets of a key are bound to. */
export const deviceKeyContext = {
  passphrase: (name: string): string => `device-key:${name}`,
  pmk: (name: string): string => `device-pmk:${name}`,
} as const

/** What was opened for `before` is not opened again: a load costs the decryption of what is new. */
export async function loadDeviceKeys(
  database: Pick<Database, 'kysely'>,
  seal: Seal,
  opened: Map<string, string>,
): Promise<DeviceKeys> {
  const rows = await database.kysely
    .selectFrom('staff.device_key')
    .select((eb) => [
      ...(['name', 'owner', 'kind', 'groups', 'site', 'association', 'ssid'] as const),
      eb.cast<Mac | null>('mac', 'text').as('mac'),
      ...(['devices', 'passphrase', 'pmk', 'owner_how as ownerHow'] as const),
      eb.cast<string | null>('until', 'text').as('until'),
    ])
    .orderBy('name')
    .execute()
  const bound = await database.kysely
    .selectFrom('staff.device_key_mac')
    .select([sql<Mac>`mac::text`.as('mac'), 'ssid', 'device_key as key'])
    .execute()
  const still = new Map<string, string>()
  const open = (sealed: string, context: string): string => {
    const plain = opened.get(sealed) ?? openSecret(seal, sealed, context)
    still.set(sealed, plain)
    return plain
  }
  const keys = rows.map((row) => ({
    ...row,
    until: row.until === null ? null : Date.parse(row.until) + DAY_MS,
    passphrase: open(row.passphrase, deviceKeyContext.passphrase(row.name)),
    pmk: Buffer.from(open(row.pmk, deviceKeyContext.pmk(row.name)), 'hex'),
  }))
  opened.clear()
  for (const [sealed, plain] of still) opened.set(sealed, plain)
  return { keys, bound }
}

/**
 * Gives the device the key from now on, in place of another that it had on that network. False: as many
 * as may have it do, or the key is gone.
 */
export async function bindDevice(
  database: Pick<Database, 'sql'>,
  key: Pick<DeviceKey, 'name' | 'ssid'>,
  mac: Mac,
): Promise<boolean> {
  return database.sql.begin(async (tx) => {
    // Two processes that see two devices at once count one after the other.
    await tx`select pg_advisory_xact_lock(hashtextextended(${`device-key ${key.name}`}, 0))`
    const bound = await tx`
      insert into staff.device_key_mac (ssid, mac, device_key)
      select k.ssid, ${mac}::macaddr, k.name from staff.device_key k
      where k.name = ${key.name} and k.ssid = ${key.ssid} and k.devices > (
        select count(*) from staff.device_key_mac m
        where m.device_key = k.name and m.mac <> ${mac}::macaddr)
      on conflict (ssid, mac) do update set device_key = excluded.device_key, bound_at = now()`
    return bound.count > 0
  })
}

type Scoped = Pick<DeviceKey, 'name' | 'site' | 'association' | 'ssid'> & {
  readonly mac: string | null
}

/** The network of a place, if there is one, on which more keys would have to be tried than may be. */
export function crowdedNetwork(keys: readonly Scoped[]): string | null {
  const perScope = new Map<string, Map<string, number>>()
  for (const { ssid, site, association, mac } of keys) {
    if (mac !== null) continue
    const scopes = perScope.get(ssid) ?? new Map<string, number>()
    const scope = site === null ? `association ${association ?? ''}` : `site ${site}`
    scopes.set(scope, (scopes.get(scope) ?? 0) + 1)
    perScope.set(ssid, scopes)
  }
  for (const [ssid, scopes] of perScope) {
    const most = (kind: string): number =>
      Math.max(0, ...scopes.entries().map(([scope, n]) => (scope.startsWith(kind) ? n : 0)))
    const everywhere = scopes.get('association ') ?? 0
    scopes.delete('association ')
    if (everywhere + most('site ') + most('association ') > DEVICE_KEY_LIMITS.candidates) {
      return ssid
    }
  }
  return null
}
