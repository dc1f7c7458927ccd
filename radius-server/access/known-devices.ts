import { BoundedMap } from '#core/bounded-map.ts'
import type { Clock } from '#core/clock.ts'
import { KNOWN_DEVICE_LIMITS } from '#db/known-devices.ts'
import type { KnownDevice } from '#db/known-devices.ts'
import { utcDay } from '#db/partitions.ts'
import { createGate } from '#core/gate.ts'

export const KNOWN_LIMITS = {
  remembered: 100_000,
  /** After the last login of that account from that device. */
  days: KNOWN_DEVICE_LIMITS.days,
  /** That wait to be written; past it they are known to this process only. */
  unwritten: 16_384,
  /** In one statement. */
  batch: 256,
  /** Questions to the database at once, and how many may wait: past it the account waits as it is. */
  running: 4,
  waiting: 256,
} as const

const DAY_MS = 86_400_000

/** From which devices each account came in: what strangers do to an account is not held against those. */
export interface KnownDevices {
  has(account: string, device: string): boolean
  /** The account came in from it. Never waits. */
  add(account: string, device: string): void
  /** Brings here what other processes, and this one before it was started, know of the account. */
  fetch(account: string): void
  /** Resolves when what was added or asked for before is done, or lost. */
  settled(): Promise<void>
  readonly size: number
  readonly evicted: number
  /** How many could not be shared with the fleet. */
  readonly lost: number
}

export interface KnownDevicesDeps {
  readonly digest: (account: string, device: string) => KnownDevice
  /** `day` is UTC, YYYY-MM-DD. */
  readonly save: (devices: readonly KnownDevice[], day: string) => Promise<void>
  readonly load: (account: Uint8Array, day: string) => Promise<readonly Uint8Array[]>
  readonly clock: Clock
}

export function createKnownDevices(deps: KnownDevicesDeps): KnownDevices {
  const { digest, save, load, clock } = deps
  /** The day on which it was written last. */
  const known = new BoundedMap<string, string>({
    limit: KNOWN_LIMITS.remembered,
    ttlMs: KNOWN_LIMITS.days * DAY_MS,
    clock,
  })
  const gate = createGate(KNOWN_LIMITS)
  const asking = new Map<string, Promise<void>>()
  const unwritten: KnownDevice[] = []
  let writing: Promise<void> | null = null
  let lost = 0

  const today = (): string => utcDay(clock())

  async function write(): Promise<void> {
    while (unwritten.length > 0) {
      const batch = unwritten.splice(0, KNOWN_LIMITS.batch)
      try {
        await save(batch, today())
      } catch {
        // Known here all the same; the next login tomorrow tries again.
        lost += batch.length
      }
    }
    writing = null
  }

  async function ask(account: Uint8Array): Promise<void> {
    // While the database is away the others wait out the pause.
    const devices = await load(account, today()).catch(() => [])
    for (const device of devices) {
      const key = keyOf({ account, device })
      if (known.get(key) === undefined) known.set(key, '')
    }
  }

  return {
    has: (account, device) => known.get(keyOf(digest(account, device))) !== undefined,
    add(account, device) {
      const one = digest(account, device)
      const key = keyOf(one)
      const day = today()
      const isWritten = known.get(key) === day
      known.set(key, day)
      if (isWritten) return
      if (unwritten.length < KNOWN_LIMITS.unwritten) unwritten.push(one)
      else lost += 1
      writing ??= write()
    },
    fetch(account) {
      if (asking.has(account)) return
      const asked = gate.run(() => ask(digest(account, '').account))
      if (asked !== null)
        asking.set(
          account,
          asked.finally(() => asking.delete(account)),
        )
    },
    async settled() {
      await Promise.all([writing, ...asking.values()])
    },
    get size() {
      return known.size
    },
    get evicted() {
      return known.evicted
    },
    get lost() {
      return lost
    },
  }
}

function keyOf({ account, device }: KnownDevice): string {
  return Buffer.from(account).toString('latin1') + Buffer.from(device).toString('latin1')
}
