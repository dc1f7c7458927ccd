import { sql } from 'kysely'
import type { Seal } from '#core/seal.ts'
import type { Database } from './connection.ts'

/** That an account came in from a device, as two keyed digests: the table tells nobody's name or address. */
export interface KnownDevice {
  readonly account: Uint8Array
  readonly device: Uint8Array
}

export const KNOWN_DEVICE_LIMITS = {
  days: 30,
  /** Of one account. */
  devices: 1000,
} as const

const DIGEST_BYTES = 16

export function knownDevice(seal: Seal, account: string, device: string): KnownDevice {
  return {
    account: digest(seal, account),
    // With the account in it: nobody can see that two accounts have the same device.
    device: digest(seal, `${account}\n${device}`),
  }
}

function digest(seal: Seal, text: string): Uint8Array {
  return seal.digest(text, 'known-device').subarray(0, DIGEST_BYTES)
}

/**
 * Notes that all of them came in on this day; none of them twice. In the order of their digests, so that
 * two processes that write at once wait for each other and never in a circle.
 */
export async function saveKnownDevices(
  { kysely }: Pick<Database, 'kysely'>,
  devices: readonly KnownDevice[],
  day: string,
): Promise<void> {
  const inOrder = devices.toSorted(
    (a, b) => Buffer.compare(a.account, b.account) || Buffer.compare(a.device, b.device),
  )
  await kysely
    .insertInto('staff.known_device')
    .values(inOrder.map((device) => ({ ...device, seen_on: day })))
    .onConflict((conflict) =>
      conflict
        .columns(['account', 'device'])
        .doUpdateSet({ seen_on: day })
        .where('staff.known_device.seen_on', '<', day),
    )
    .execute()
}

/** The devices that an account came in from lately, the latest first. */
export async function findKnownDevices(
  { kysely }: Pick<Database, 'kysely'>,
  account: Uint8Array,
  day: string,
): Promise<readonly Uint8Array[]> {
  const rows = await kysely
    .selectFrom('staff.known_device')
    .select('device')
    .where('account', '=', account)
    .where('seen_on', '>', lastForgotten(day))
    .orderBy('seen_on', 'desc')
    .limit(KNOWN_DEVICE_LIMITS.devices)
    .execute()
  return rows.map(({ device }) => device)
}

/** Not those that another process writes at this moment: they have been seen again. */
export async function deleteForgottenDevices(
  { kysely }: Pick<Database, 'kysely'>,
  day: string,
): Promise<void> {
  await sql`
    delete from staff.known_device where (account, device) in (
      select account, device from staff.known_device
      where seen_on <= ${lastForgotten(day)} for update skip locked)`.execute(kysely)
}

function lastForgotten(day: string) {
  return sql<string>`${day}::date - ${KNOWN_DEVICE_LIMITS.days}::integer`
}
