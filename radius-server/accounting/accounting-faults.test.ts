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
import { within } from '#core/lifecycle.ts'
import { decodeEvent } from '#db/event-line.ts'
import type { AccountingEvent } from '#db/log-event.ts'
import { restartOf, session } from '../../test/support/log-events.ts'
import { createAccountingWriter } from './accounting-writer.ts'
import type { AccountingWriter } from './accounting-writer.ts'

type Step =
  | {
      readonly do: 'write'
      readonly gateway: number
      readonly session: number
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

/** An event of the test: its order stands in its time. */
interface Sent {
  readonly order: number
  acknowledged: boolean
}

/** What was committed, oldest first, by the order of sending. */
function createDatabase(): {
  state: 'well' | 'gone' | 'hanging' | 'full'
  readonly committed: number[]
  commit(orders: readonly number[]): Promise<void>
} {
  const committed: number[] = []
  return {
    state: 'well',
    committed,
    async commit(orders) {
      await sleep(orders.length % 2)
      while (this.state === 'hanging') await sleep(1)
      // Of what hung, one half comes to its end and the other is rolled back.
      if (this.state === 'gone') throw Object.assign(new Error('gone'), { code: 'ECONNREFUSED' })
      if (this.state === 'full') throw new Error('could not extend file')
      committed.push(...orders)
    },
  }
}

function orderOf(line: string): number {
  const event = decodeEvent(line)
  if (event === null || event.kind === 'acceptance') throw new Error(`not one of ours: ${line}`)
  return (event.kind === 'record' ? event.record.at : event.restart.at).getTime()
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
  const append = (lines: readonly string[]): Promise<void> =>
    process.isDead
      ? Promise.reject(new Error('dead'))
      : within(8, database.commit(lines.map(orderOf)))
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
      journal: { append },
      spool,
      onBatch: nothing,
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
      worthwhile: 2,
      replay: { batch: 5, backOffMs: 1, longestBackOffMs: 4, stopMs: 0 },
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
      new Promise((done) => {
        writer.write(event, (result) => {
          one.acknowledged = result === 'recorded' && !process.isDead
          done()
        })
      }),
    )
  }
  try {
    for (const one of steps) {
      const order = sent.length
      const at = new Date(order)
      if (one.do === 'write') {
        const gateway = `gw-${one.gateway}`
        send(session(`s${one.session}`, { gateway, at }), { order, acknowledged: false })
      } else if (one.do === 'restart') {
        send(restartOf(`gw-${one.gateway}`, at), { order, acknowledged: false })
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

test('whatever fails when: what was acknowledged is written', async () => {
  let acknowledged = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 20, maxLength: 120, size: 'max' }),
      async (steps) => {
        const { sent, committed } = await play(steps)
        const acked = sent.filter((one) => one.acknowledged)
        acknowledged += acked.length
        const written = new Set(committed)
        expect(acked.filter(({ order }) => !written.has(order))).toEqual([])
      },
    ),
    // Times are real, so that a smaller example is not to be had by trying again.
    { numRuns: 60, endOnFailure: true },
  )
  // A writer that acknowledges nothing would pass too.
  expect(acknowledged).toBeGreaterThan(500)
})
