import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createSeal } from '#core/seal.ts'
import { diskFiles } from '#core/spool-files.ts'
import type { SpoolFiles } from '#core/spool-files.ts'
import { createSpool } from '#core/spool.ts'
import type { Spool } from '#core/spool.ts'
import { restartOf, session } from '../testing/events.ts'
import type { AccountingEvent } from './accounting-record.ts'
import { createAccountingWriter } from './accounting-writer.ts'
import type { AccountingWriter } from './accounting-writer.ts'
import { decodeEvent } from './event-line.ts'

type Step =
  | {
      readonly do: 'write'
      readonly gateway: number
      readonly session: number
      readonly poison: boolean
    }
  | { readonly do: 'restart'; readonly gateway: number }
  | { readonly do: 'database'; readonly state: 'well' | 'gone' | 'hanging' | 'full' }
  | { readonly do: 'disk'; readonly state: 'well' | 'full' | 'torn' }
  | { readonly do: 'crash' }
  | { readonly do: 'wait'; readonly ms: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      gateway: fc.nat(1),
      session: fc.nat(2),
      poison: fc.nat(9).map((n) => n === 0),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const), gateway: fc.nat(1) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('database' as const),
      state: fc.constantFrom('well', 'gone', 'hanging', 'full'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('disk' as const),
      state: fc.constantFrom('well', 'well', 'full', 'torn'),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'crash' as const }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(0, 0, 1, 3, 12) }),
  },
)

/** An event of the test: its order at its gateway stands in its time. */
interface Sent {
  readonly order: number
  readonly gateway: string
  /** Null for a restart. */
  readonly session: string | null
  acknowledged: boolean
}

function orderOf(event: AccountingEvent): number {
  return (event.kind === 'record' ? event.record.at : event.restart.at).getTime()
}

/** What was committed, oldest first: the log and quarantine, by the order of sending. */
function createDatabase(): {
  state: 'well' | 'gone' | 'hanging' | 'full'
  readonly committed: number[]
  commit(orders: readonly number[], isPoison: boolean): Promise<void>
  ping(): Promise<boolean>
} {
  const committed: number[] = []
  return {
    state: 'well',
    committed,
    async commit(orders, isPoison) {
      await sleep(orders.length % 2)
      while (this.state === 'hanging') await sleep(1)
      // Of what hung, one half comes to its end and the other is rolled back.
      if (this.state === 'gone') throw Object.assign(new Error('gone'), { code: 'ECONNREFUSED' })
      if (this.state === 'full') throw new Error('could not extend file')
      if (isPoison) throw new Error('invalid input')
      committed.push(...orders)
    },
    async ping() {
      while (this.state === 'hanging') await sleep(1)
      return this.state !== 'gone'
    },
  }
}

/** One life of the process, on a disk that can fail; `kill` leaves the files as they are. */
async function live(
  root: string,
  database: ReturnType<typeof createDatabase>,
): Promise<{
  disk: { state: 'well' | 'full' | 'torn' }
  process: { isDead: boolean }
  spool: Spool
  writer: AccountingWriter
  kill(): Promise<void>
}> {
  const disk: { state: 'well' | 'full' | 'torn' } = { state: 'well' }
  const process = { isDead: false }
  // What was begun may still be committed after the process has died; nothing new is begun.
  const ask = (orders: readonly number[], isPoison: boolean): Promise<void> =>
    process.isDead ? Promise.reject(new Error('dead')) : database.commit(orders, isPoison)
  const full = (): never => {
    throw new Error('no space left on device')
  }
  const files: SpoolFiles = {
    ...diskFiles,
    syncFolder: () => Promise.resolve(),
    async create(path) {
      const file = await diskFiles.create(path)
      return {
        ...file,
        async write(bytes, position) {
          if (disk.state === 'full') full()
          if (disk.state === 'torn') await file.write(bytes.subarray(0, bytes.length - 5), position)
          await file.write(bytes, position)
          if (disk.state === 'torn') full()
        },
        sync: () => Promise.resolve(),
        // After a kill nothing is tidied up any more.
        truncate: (length) => (disk.state === 'torn' ? full() : file.truncate(length)),
      }
    },
  }
  const spool = createSpool({
    root,
    seal: createSeal(new Uint8Array(32).fill(7)),
    onDamage: (path, reason) => {
      throw new Error(`${path}: ${reason}`)
    },
    files,
    limits: { reserveBytes: 0, segmentBytes: 2000 },
  })
  await spool.open()
  const nothing = (): void => {}
  const writer = createAccountingWriter(
    {
      record: (records) =>
        ask(
          records.map((record) => record.at.getTime()),
          records.some((record) => record.account === 'poison'),
        ),
      restart: (restart) => ask([restart.at.getTime()], false),
      quarantine: ({ content }) => {
        const event = decodeEvent(content)
        return ask(event === null ? [] : [orderOf(event)], false)
      },
      ping: () => database.ping(),
      spool,
      onQuarantine: nothing,
      onFailure: nothing,
      onFilling: nothing,
      onKept: nothing,
      onRefused: nothing,
      onReplayed: nothing,
      onDrained: nothing,
    },
    {
      waiting: 1000,
      batch: 4,
      inFlight: 2,
      deadlineMs: 8,
      stuck: 4,
      replay: { batch: 5, deadlineMs: 500, backOffMs: 1, longestBackOffMs: 4, stopMs: 0 },
    },
  )
  writer.wake()
  return {
    disk,
    process,
    spool,
    writer,
    async kill() {
      process.isDead = true
      disk.state = 'torn'
      await writer.stop()
      await spool.close()
    },
  }
}

async function play(
  steps: readonly Step[],
): Promise<{ sent: readonly Sent[]; committed: readonly number[] }> {
  const root = mkdtempSync(join(tmpdir(), 'accueil-faults-'))
  const database = createDatabase()
  const sent: Sent[] = []
  const results: Promise<void>[] = []
  let life = await live(root, database)
  const send = (event: AccountingEvent, one: Sent): void => {
    sent.push(one)
    const { writer, process } = life
    results.push(
      writer.write(event).then((result) => {
        one.acknowledged = result === 'recorded' && !process.isDead
      }),
    )
  }
  try {
    for (const one of steps) {
      const order = sent.length
      const at = new Date(order)
      if (one.do === 'write') {
        const gateway = `gw-${one.gateway}`
        const id = `${gateway} s${one.session}`
        const account = one.poison ? 'poison' : null
        send(session(id, { gateway, at, account }), {
          order,
          gateway,
          session: id,
          acknowledged: false,
        })
      } else if (one.do === 'restart') {
        const gateway = `gw-${one.gateway}`
        send(restartOf(gateway, at), { order, gateway, session: null, acknowledged: false })
      } else if (one.do === 'database') database.state = one.state
      else if (one.do === 'disk') life.disk.state = one.state
      else if (one.do === 'crash') {
        await life.kill()
        life = await live(root, database)
      } else await sleep(one.ms)
    }
    database.state = 'well'
    life.disk.state = 'well'
    await Promise.all(results)
    for (let i = 0; i < 2000 && !life.spool.isEmpty; i += 1) await sleep(1)
    expect(life.spool.isEmpty).toBe(true)
    return { sent, committed: database.committed }
  } finally {
    await life.kill()
    rmSync(root, { recursive: true, force: true })
  }
}

test('whatever fails when: what was acknowledged is written, and first in the order in which it came', async () => {
  let acknowledged = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 20, maxLength: 120, size: 'max' }),
      async (steps) => {
        const { sent, committed } = await play(steps)
        const acked = sent.filter((one) => one.acknowledged)
        acknowledged += acked.length
        const when = new Map<number, number>()
        for (const [at, order] of committed.entries()) if (!when.has(order)) when.set(order, at)
        expect(acked.filter(({ order }) => !when.has(order))).toEqual([])
        for (const [i, later] of acked.entries()) {
          for (const earlier of acked.slice(0, i)) {
            const areOrdered =
              earlier.gateway === later.gateway &&
              (earlier.session === later.session ||
                earlier.session === null ||
                later.session === null)
            if (!areOrdered) continue
            expect(when.get(earlier.order)).toBeLessThan(when.get(later.order) ?? -1)
          }
        }
      },
    ),
    // Times are real, so that a smaller example is not to be had by trying again.
    { numRuns: 60, endOnFailure: true },
  )
  // A writer that acknowledges nothing would pass too.
  expect(acknowledged).toBeGreaterThan(500)
}, 60_000)
