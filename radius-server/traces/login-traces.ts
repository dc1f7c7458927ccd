import type { Clock } from '#core/clock.ts'
import type { Counter } from '#core/metrics.ts'
import type { LoginRow } from '#db/login-traces.ts'
import type { Answer, RadiusRequest } from '../request.ts'
import { rowOf } from './trace-row.ts'
import { isTraced } from './traced-answer.ts'
import type { TracedAnswer } from './traced-answer.ts'
import { DeviceKey } from './device-key.ts'
import { countAgain, isSame, newDevice, readKey } from './traced-device.ts'
import type { TracedDevice } from './traced-device.ts'

export interface TraceLimits {
  readonly devices: number
  readonly queue: number
  readonly batch: number
  readonly rowsPerSecond: number
  readonly rowsAtOnce: number
  readonly stopMs: number
}

const TRACE_LIMITS: TraceLimits = {
  /** Devices whose last answer is remembered, so that the same again is a number in it: 0.4 kB each. */
  devices: 32_768,
  /** Rows that wait to be written. */
  queue: 16_384,
  /** In one statement; made in two milliseconds, during which no packet is answered. */
  batch: 256,
  /**
   * Rows a second in the long run, and how many at once after a quiet time: 40,000 devices that come back
   * after a power cut are all written, and whoever invents devices fills no disk.
   */
  rowsPerSecond: 20,
  rowsAtOnce: 50_000,
  /** How long the last rows of a process may take. */
  stopMs: 3_000,
}

/** The same answer again is written after a pause that doubles up to this. */
const LONGEST_PAUSE_MS = { accept: 30 * 60_000, refusal: 60_000 } as const

export const TRACE_LOSSES = ['queue-full', 'database'] as const
export type TraceLoss = (typeof TRACE_LOSSES)[number]

/** Writes down how each login was decided, never at the cost of a login. */
export interface LoginTraces {
  /** On the path of every answer: remembers, writes nothing. */
  record(request: RadiusRequest, answer: Answer): void
  /** To be called every second: writes what is due. Never rejects. */
  flush(): Promise<void>
  /** Writes what there is, if the database takes it in time. */
  stop(): Promise<void>
  readonly waiting: number
}

export interface TraceDeps {
  readonly save: (rows: readonly LoginRow[]) => Promise<void>
  /** Whether a name may be written down that nothing has proved: it is an account's, or of a known realm. */
  readonly isKnownName: (name: string) => boolean
  readonly written: Counter
  readonly lost: Readonly<Record<TraceLoss, Counter>>
  readonly clock: Clock
}

export function createLoginTraces(
  deps: TraceDeps,
  limits: TraceLimits = TRACE_LIMITS,
): LoginTraces {
  const { save, written, lost, clock } = deps
  // By a hash: of two devices that share one the later stays, which costs no more than rows.
  const devices = new Map<number, TracedDevice>()
  const key = new DeviceKey()
  let repeated: TracedDevice[] = []
  let due: TracedDevice[] = []
  let rowsLeft = limits.rowsAtOnce
  let filledAt = clock()
  let flushing: Promise<void> | null = null

  function makeDue(device: TracedDevice): void {
    if (due.length >= limits.queue) {
      lost['queue-full'].inc(device.count)
      device.count = 0
      device.state = 'written'
      return
    }
    device.state = 'due'
    due.push(device)
  }

  /** What it is replaced by is another answer: what is not written yet goes out as it is. */
  function letGo(device: TracedDevice | undefined): void {
    if (device?.state === 'repeated') makeDue(device)
  }

  function begin(
    before: TracedDevice | undefined,
    request: RadiusRequest,
    answer: TracedAnswer,
  ): void {
    letGo(before)
    if (before === undefined && devices.size >= limits.devices) {
      for (const [oldest, device] of devices) {
        devices.delete(oldest)
        letGo(device)
        break
      }
    }
    const device = newDevice(key, request, answer)
    devices.set(key.hash, device)
    makeDue(device)
  }

  function again(device: TracedDevice, request: RadiusRequest, answer: TracedAnswer): void {
    countAgain(device, request, answer)
    if (device.state !== 'written') return
    device.state = 'repeated'
    // While a write hangs, devices that made room would stay in it.
    if (repeated.length > 2 * limits.devices) repeated = repeated.filter(isRepeated)
    repeated.push(device)
  }

  function wakeRepeated(now: number): void {
    const still: TracedDevice[] = []
    for (const device of repeated) {
      if (!isRepeated(device)) continue
      if (device.nextAt <= now) makeDue(device)
      else still.push(device)
    }
    repeated = still
  }

  function takeBatch(now: number): readonly LoginRow[] {
    const batch = due.slice(0, Math.min(limits.batch, Math.floor(rowsLeft)))
    due = due.slice(batch.length)
    rowsLeft -= batch.length
    return batch.map((device) => {
      const row = rowOf(device, deps.isKnownName)
      device.count = 0
      device.state = 'written'
      const longest = LONGEST_PAUSE_MS[device.kind === 'accept' ? 'accept' : 'refusal']
      device.nextAt = now + device.pauseMs
      device.pauseMs = Math.min(device.pauseMs * 2, longest)
      return row
    })
  }

  async function write(): Promise<void> {
    const now = clock()
    const refill = (Math.max(now - filledAt, 0) / 1000) * limits.rowsPerSecond
    rowsLeft = Math.min(limits.rowsAtOnce, rowsLeft + refill)
    filledAt = now
    wakeRepeated(now)
    while (due.length > 0 && rowsLeft >= 1) {
      const rows = takeBatch(now)
      try {
        await save(rows)
        written.inc(rows.length)
      } catch {
        // Kept, they would be in the way of what comes: a trace is worth less than memory.
        lost.database.inc(rows.reduce((sum, { count }) => sum + count, 0))
        return
      }
    }
  }

  // One at a time: a database that hangs holds one connection and no more.
  function flush(): Promise<void> {
    flushing ??= write().finally(() => {
      flushing = null
    })
    return flushing
  }

  return {
    record(request, answer) {
      if (!isTraced(answer)) return
      readKey(key, request, answer)
      const device = devices.get(key.hash)
      if (device !== undefined && isSame(device, key, request, answer)) {
        again(device, request, answer)
      } else begin(device, request, answer)
    },
    flush,
    async stop() {
      const late = Promise.withResolvers<void>()
      const timer = setTimeout(late.resolve, limits.stopMs)
      const last = async (): Promise<void> => {
        await flushing
        for (const device of repeated) letGo(device)
        await flush()
      }
      await Promise.race([last(), late.promise])
      clearTimeout(timer)
    },
    get waiting() {
      return due.length
    },
  }
}

function isRepeated({ state }: TracedDevice): boolean {
  return state === 'repeated'
}
