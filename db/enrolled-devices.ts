import type { Clock } from '#core/clock.ts'
import { reasonOf } from '#core/error.ts'
import type { Log } from '#core/log.ts'
import type { Database } from './connection.ts'

/** A device of somebody of the staff, with a credential of its own. */
export interface EnrolledDevice {
  readonly id: string
  /** Whose it is. */
  readonly account: string
  /** Of device: `laptop`, `phone`. */
  readonly kind: string
  /** Who vouched for the account when it was enrolled. */
  readonly how: 'oidc' | 'ldap' | 'local'
  readonly groups: readonly string[]
  /** SHA-256 of its password; null where it has a certificate. */
  readonly secret: Uint8Array | null
  readonly isRevoked: boolean
  /** Milliseconds since the epoch. */
  readonly endsAt: number
  /** Of its certificates, also those before the last. */
  readonly serials: readonly string[]
}

/** All of them, in memory: followed, and kept through an outage. */
export interface EnrolledDevices {
  bySerial(serial: string): EnrolledDevice | undefined
  byId(id: string): EnrolledDevice | undefined
  readonly size: number
}

export interface EnrolledDeviceTable extends EnrolledDevices {
  start(): Promise<void>
  stop(): Promise<void>
}

const POLL_MS = 15_000
// A transaction may commit a row some time after it set changed_at.
const OVERLAP_MS = 60_000
const SWEEP_MS = 3_600_000

interface DeviceRow extends Omit<EnrolledDevice, 'endsAt'> {
  readonly ends: Date
}

export function createEnrolledDevices(options: {
  readonly database: Database
  readonly log: Log
  readonly clock: Clock
}): EnrolledDeviceTable {
  const { database, log, clock } = options
  const devices = new Map<string, EnrolledDevice>()
  const serials = new Map<string, EnrolledDevice>()
  let seen = new Date(0)
  let timers: readonly NodeJS.Timeout[] = []
  let unlisten: (() => Promise<void>) | null = null

  function take(rows: readonly DeviceRow[]): void {
    for (const { ends, ...row } of rows) {
      const device = { ...row, endsAt: ends.getTime() }
      devices.set(device.id, device)
      for (const serial of device.serials) serials.set(serial, device)
    }
  }

  function forget(device: EnrolledDevice): void {
    devices.delete(device.id)
    for (const serial of device.serials) serials.delete(serial)
  }

  const select = database.sql`
    select d.id, d.account, d.kind, d.how, d.groups, d.secret, d.ends_at as ends,
           d.revoked_at is not null as "isRevoked",
           array(select c.serial from staff.device_certificate c where c.device = d.id) as serials
    from staff.device d`

  /** Not the newest change: where thousands changed at once, each look would read them all again. */
  async function now(): Promise<Date> {
    const [row] = await database.sql<{ at: Date }[]>`select now() as at`
    return row?.at ?? new Date(0)
  }

  async function loadChanges(): Promise<void> {
    const since = new Date(seen.getTime() - OVERLAP_MS)
    const asked = await now()
    take(await database.sql<DeviceRow[]>`${select} where d.changed_at >= ${since}`)
    seen = asked
  }

  async function loadAll(): Promise<void> {
    const asked = await now()
    const rows = await database.sql<DeviceRow[]>`${select} where d.ends_at > now()`
    devices.clear()
    serials.clear()
    take(rows)
    seen = asked
  }

  async function loadOne(id: string): Promise<void> {
    const rows = await database.sql<DeviceRow[]>`${select} where d.id = ${id}`
    const known = devices.get(id)
    if (rows.length === 0 && known !== undefined) forget(known)
    take(rows)
  }

  function follow(work: Promise<unknown>): void {
    work.catch((thrown: unknown) => {
      log.warn('live.reload-failed', { what: 'enrolled devices', reason: reasonOf(thrown) })
    })
  }

  function sweep(): void {
    const now = clock()
    for (const device of devices.values()) if (device.endsAt <= now) forget(device)
  }

  return {
    async start() {
      const listening = await database.sql.listen(
        'device',
        (id) => follow(loadOne(id)),
        () => follow(loadAll()),
      )
      unlisten = listening.unlisten
      await loadAll()
      timers = [setInterval(() => follow(loadChanges()), POLL_MS), setInterval(sweep, SWEEP_MS)]
    },
    async stop() {
      for (const timer of timers) clearInterval(timer)
      await unlisten?.().catch(() => {})
    },
    bySerial: (serial) => serials.get(serial),
    byId: (id) => devices.get(id),
    get size() {
      return devices.size
    },
  }
}

/** Notes that they came in on this UTC day, `YYYY-MM-DD`. In one order, so that no two processes wait in a circle. */
export async function saveSeenDevices(
  { sql }: Pick<Database, 'sql'>,
  ids: readonly string[],
  day: string,
): Promise<void> {
  await sql`
    update staff.device d set last_seen_on = ${day}
    from (
      select id from staff.device
      where id = any(${[...ids]}) and (last_seen_on is null or last_seen_on < ${day})
      order by id for update
    ) seen
    where d.id = seen.id`
}
