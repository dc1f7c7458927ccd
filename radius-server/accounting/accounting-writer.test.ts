import { setTimeout as sleep } from 'node:timers/promises'
import postgres from 'postgres'
import { describe, expect, test } from 'vitest'
import type { GatewayRestart } from '#db/accounting-record.ts'
import type { Quarantined } from '#db/quarantine.ts'
import { createMemorySpool } from '../testing/memory-spool.ts'
import type { MemorySpool } from '../testing/memory-spool.ts'
import { restartOf, session } from '../testing/events.ts'
import { createAccountingWriter } from './accounting-writer.ts'
import type { AccountingWriter, WriterLimits } from './accounting-writer.ts'
import { decodeEvent } from './event-line.ts'

const REPLAY = { batch: 3, deadlineMs: 300, backOffMs: 5, longestBackOffMs: 20, stopMs: 200 }
const LIMITS: WriterLimits = {
  waiting: 10_000,
  batch: 500,
  inFlight: 2,
  deadlineMs: 60,
  stuck: 4,
  replay: REPLAY,
}

const restart = restartOf('gw-1')

interface Asked {
  readonly what: readonly string[]
  readonly commit: () => void
  readonly fail: (thrown?: Error) => void
}

/** A database that the test answers for. */
function createFake(limits: Partial<WriterLimits> = {}): {
  writer: AccountingWriter
  spool: MemorySpool
  /** What was asked to be written, oldest first; a restart by its gateway's name. */
  asked: Asked[]
  told: string[]
  quarantined: Quarantined[]
  /** `quarantines` false: it refuses quarantine too. */
  database: { answers: boolean; quarantines: boolean }
  /** From now on it answers by itself: null commits. */
  answer(by: (what: readonly string[]) => Error | null): void
} {
  const asked: Asked[] = []
  const told: string[] = []
  const quarantined: Quarantined[] = []
  const database = { answers: true, quarantines: true }
  const spool = createMemorySpool()
  let automatic: ((what: readonly string[]) => Error | null) | null = null
  async function ask(what: readonly string[]): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    asked.push({ what, commit: resolve, fail: (thrown = new Error('refused')) => reject(thrown) })
    if (automatic === null) return promise
    await sleep(1)
    const thrown = automatic(what)
    if (thrown !== null) throw thrown
  }
  const writer = createAccountingWriter(
    {
      record: (records) => ask(records.map((record) => record.acctSessionId)),
      restart: (one: GatewayRestart) => ask([one.gateway]),
      ping: () => Promise.resolve(database.answers),
      quarantine: (what) => {
        if (!database.quarantines) return Promise.reject(new Error('disk full'))
        quarantined.push(what)
        return Promise.resolve()
      },
      spool,
      onQuarantine: (gateway, thrown) => told.push(`quarantined ${gateway} ${String(thrown)}`),
      onFailure: (events) => told.push(`failed ${events}`),
      onFilling: () => told.push('filling'),
      onKept: () => told.push('kept'),
      onRefused: (reason) => told.push(`refused: ${reason}`),
      onReplayed: (events) => told.push(`replayed ${events}`),
      onDrained: () => told.push('drained'),
    },
    { ...LIMITS, ...limits },
  )
  return {
    writer,
    spool,
    asked,
    told,
    quarantined,
    database,
    answer: (by) => {
      automatic = by
    },
  }
}

function spooled(spool: MemorySpool): readonly string[] {
  return spool.kept.map((line) => {
    const event = decodeEvent(line)
    return event?.kind === 'record' ? event.record.acctSessionId : (event?.restart.gateway ?? '?')
  })
}

async function turns(count = 5): Promise<void> {
  for (let i = 0; i < count; i += 1) await new Promise((resolve) => setImmediate(resolve))
}

describe('group commit', () => {
  test('writes what came together in one transaction', async () => {
    const { writer, asked } = createFake()
    const results = ['a', 'b', 'c'].map((id) => writer.write(session(id)))
    await turns()
    expect(asked.map(({ what }) => what)).toEqual([['a', 'b', 'c']])
    asked[0]?.commit()
    expect(await Promise.all(results)).toEqual(['recorded', 'recorded', 'recorded'])
  })

  test('gathers what comes while two transactions are under way', async () => {
    const { writer, asked } = createFake()
    for (const id of ['a', 'b', 'c', 'd']) {
      void writer.write(session(id))
      await turns()
    }
    expect(asked.map(({ what }) => what)).toEqual([['a'], ['b']])
    expect(writer.waiting).toBe(2)
    asked[0]?.commit()
    await turns()
    expect(asked[2]?.what).toEqual(['c', 'd'])
  })

  test('never puts more than the limit into one transaction', async () => {
    const { writer, asked } = createFake({ batch: 2 })
    for (const id of ['a', 'b', 'c']) void writer.write(session(id))
    await turns()
    expect(asked.map(({ what }) => what)).toEqual([['a', 'b'], ['c']])
  })

  test('never writes one session in two transactions at once', async () => {
    const { writer, asked } = createFake()
    void writer.write(session('a'))
    await turns()
    void writer.write(session('a'))
    void writer.write(session('b'))
    await turns()
    expect(asked.map(({ what }) => what)).toEqual([['a'], ['b']])
    asked[0]?.commit()
    await turns()
    expect(asked[2]?.what).toEqual(['a'])
  })

  test('drops what is more than the queue holds', async () => {
    const { writer, asked } = createFake({ waiting: 2, batch: 1, inFlight: 1 })
    void writer.write(session('a'))
    await turns()
    void writer.write(session('b'))
    void writer.write(session('c'))
    expect(await writer.write(session('d'))).toBe('full')
    expect(asked).toHaveLength(1)
  })
})

describe('a restart of a gateway', () => {
  test('waits for the records before it and holds up those after it', async () => {
    const { writer, asked } = createFake()
    void writer.write(session('a'))
    void writer.write(restart)
    void writer.write(session('b'))
    void writer.write(session('c', { gateway: 'gw-2' }))
    await turns()
    expect(asked.map(({ what }) => what)).toEqual([['a', 'c']])
    asked[0]?.commit()
    await turns()
    expect(asked.map(({ what }) => what)).toEqual([['a', 'c'], ['gw-1']])
    asked[1]?.commit()
    await turns()
    expect(asked[2]?.what).toEqual(['b'])
  })
})

describe('a row that the database refuses', () => {
  test('goes to quarantine with its reason, is acknowledged, and holds up nobody', async () => {
    const { writer, asked, told, quarantined, answer } = createFake({ deadlineMs: 2000 })
    answer((what) => (what.includes('poison') ? new Error('invalid input') : null))
    const ids = Array.from({ length: 499 }, (_, i) => `s${i}`)
    const good = ids.map((id) => writer.write(session(id)))
    const bad = writer.write(session('poison'))
    expect(new Set(await Promise.all([...good, bad]))).toEqual(new Set(['recorded']))
    expect(asked.length).toBeLessThan(24)
    expect(quarantined).toEqual([
      { gateway: 'gw-1', reason: 'invalid input', content: expect.stringContaining('poison') },
    ])
    expect(told).toEqual(['quarantined gw-1 Error: invalid input'])
  })

  test('goes to the spool when quarantine refuses too, since then it is not the row', async () => {
    const { writer, spool, asked, quarantined, database } = createFake()
    database.quarantines = false
    const result = writer.write(session('a'))
    await turns()
    asked[0]?.fail()
    expect(await result).toBe('recorded')
    expect(spooled(spool)).toEqual(['a'])
    expect(quarantined).toEqual([])
    await writer.stop()
  })

  test.each(['53100', '25006', '57P01', '40P01', '42501'])(
    'is not what SQLSTATE %s says: that is the database’s own trouble',
    async (code) => {
      const { writer, spool, asked, quarantined } = createFake()
      const results = ['a', 'b'].map((id) => writer.write(session(id)))
      await turns()
      asked[0]?.fail(sqlState(code))
      expect(await Promise.all(results)).toEqual(['recorded', 'recorded'])
      expect(spooled(spool)).toEqual(['a', 'b'])
      expect(quarantined).toEqual([])
      expect(asked[0]?.what).toEqual(['a', 'b'])
      await writer.stop()
    },
  )

  test('is found in the spool too, and the queue moves on', async () => {
    const { writer, spool, asked, told, quarantined, database, answer } = createFake()
    database.answers = false
    const results = ['a', 'poison', 'b'].map((id) => writer.write(session(id)))
    await turns()
    asked[0]?.fail()
    await Promise.all(results)
    database.answers = true
    answer((what) => (what.includes('poison') ? new Error('invalid input') : null))
    await until(() => told.includes('drained'))
    expect(spool.isEmpty).toBe(true)
    expect(quarantined.map(({ reason }) => reason)).toEqual(['invalid input'])
    expect(asked.at(-1)?.what).toEqual(['b'])
  })

  test('of a version that is not known goes there as it is', async () => {
    const { writer, spool, told, quarantined, answer } = createFake()
    answer(() => null)
    const line = JSON.stringify({ v: 99, kind: 'record' })
    spool.kept.push(line)
    writer.wake()
    await until(() => told.includes('drained'))
    expect(quarantined).toMatchObject([{ content: line }])
  })
})

describe('when the database is away', () => {
  test('the batch is on disk in the spool before it is acknowledged', async () => {
    const { writer, spool, asked, told, database } = createFake()
    database.answers = false
    const results = ['a', 'b'].map((id) => writer.write(session(id)))
    await turns()
    asked[0]?.fail()
    expect(await Promise.all(results)).toEqual(['recorded', 'recorded'])
    expect(spooled(spool)).toEqual(['a', 'b'])
    expect(told.slice(0, 4)).toEqual(['failed 2', 'filling', 'kept', 'kept'])
    await writer.stop()
  })

  test('a write that hangs is given up at the deadline, and may come back later', async () => {
    const { writer, spool, asked, told, answer } = createFake()
    const began = Date.now()
    expect(await writer.write(session('a'))).toBe('recorded')
    expect(Date.now() - began).toBeLessThan(LIMITS.deadlineMs * 3)
    expect(spooled(spool)).toEqual(['a'])
    answer(() => null)
    for (const one of asked) one.commit()
    await until(() => told.includes('drained'))
    expect(await writer.write(session('b'))).toBe('recorded')
    expect(told.filter((line) => line === 'kept')).toHaveLength(1)
  })

  test('all that is in work and all that waits follows in order, and what comes later goes behind', async () => {
    const { writer, spool, asked, database } = createFake({ batch: 1, deadlineMs: 2000 })
    database.answers = false
    const results = ['a', 'b', 'a', 'c'].map((id) => writer.write(session(id)))
    await turns()
    expect(asked.map(({ what }) => what)).toEqual([['a'], ['b']])
    asked[1]?.fail()
    await turns(2)
    results.push(writer.write(session('a')), writer.write(restart), writer.write(session('d')))
    expect(new Set(await Promise.all(results))).toEqual(new Set(['recorded']))
    expect(spooled(spool)).toEqual(['a', 'b', 'a', 'c', 'a', 'gw-1', 'd'])
    await writer.stop()
  })

  test('it is replayed in order when it is back, a restart in its place, then written directly again', async () => {
    const { writer, asked, told, database, answer } = createFake()
    database.answers = false
    const first = writer.write(session('a'))
    await turns()
    asked[0]?.fail()
    await first
    const more = ['b', 'c', 'd', 'e'].map((id) => writer.write(session(id)))
    await Promise.all([...more, writer.write(restart), writer.write(session('f'))])
    const before = asked.length
    database.answers = true
    answer(() => null)
    for (const one of asked) one.fail(sqlState('57P01'))
    await until(() => told.includes('drained'))
    const written = asked.slice(before).flatMap(({ what }) => what)
    expect(written).toEqual(['a', 'b', 'c', 'd', 'e', 'gw-1', 'f'])
    await writer.write(session('g'))
    expect(told.filter((line) => line === 'kept')).toHaveLength(7)
  })

  /** Four are in the spool; the first three of them were just replayed, the last one is asked. */
  async function atLastBatch(fake: ReturnType<typeof createFake>): Promise<Asked | undefined> {
    const { writer, asked, database } = fake
    database.answers = false
    const first = writer.write(session('a'))
    await turns()
    asked[0]?.fail()
    await first
    await Promise.all(['b', 'c', 'd'].map((id) => writer.write(session(id))))
    await until(() => asked.length === 2)
    database.answers = true
    asked[1]?.commit()
    await until(() => asked.length === 3)
    return asked[2]
  }

  test('what comes during the last batch waits for it instead of going through the disk', async () => {
    const fake = createFake({ deadlineMs: 1000 })
    const { writer, spool, asked, told } = fake
    const last = await atLastBatch(fake)
    const before = spooled(spool)
    const next = writer.write(session('a'))
    await turns()
    expect(spooled(spool)).toEqual(before)
    expect(writer.waiting).toBe(1)
    last?.commit()
    await until(() => asked.length === 4)
    expect(told.at(-1)).toBe('drained')
    asked[3]?.commit()
    expect(await next).toBe('recorded')
  })

  test('what waits for a last batch that hangs goes to the spool at the deadline', async () => {
    const fake = createFake()
    const { writer, spool } = fake
    await atLastBatch(fake)
    expect(await writer.write(session('a'))).toBe('recorded')
    expect(spooled(spool).at(-1)).toBe('a')
    await writer.stop()
  })

  test('nothing waits for a database that has not taken anything yet', async () => {
    const { writer, asked, database } = createFake({ deadlineMs: 60_000 })
    database.answers = false
    const first = writer.write(session('a'))
    await turns()
    asked[0]?.fail()
    await first
    await until(() => asked.length === 2)
    expect(await writer.write(session('a'))).toBe('recorded')
    await writer.stop()
  })

  test('and the disk full, nothing is acknowledged, loudly, until one of them is back', async () => {
    const { writer, spool, asked, told, database, answer } = createFake()
    database.answers = false
    spool.refusal = 'no space left'
    const results = ['a', 'b'].map((id) => writer.write(session(id)))
    await turns()
    asked[0]?.fail()
    expect(await Promise.all(results)).toEqual(['failed', 'failed'])
    expect(told).toContain('refused: no space left')
    expect(writer.problem()).toBe('no space left')
    await turns()
    database.answers = true
    answer(() => null)
    expect(await writer.write(session('a'))).toBe('recorded')
    expect(writer.problem()).toBeNull()
  })

  test('writes that never come back do not take every connection', async () => {
    const { writer, asked } = createFake({ replay: { ...REPLAY, deadlineMs: 20 } })
    expect(await writer.write(session('a'))).toBe('recorded')
    await sleep(300)
    expect(asked).toHaveLength(LIMITS.stuck)
    await writer.stop()
  })
})

function sqlState(code: string): Error {
  // The types leave out the constructor, which only the library calls.
  const make = postgres.PostgresError as unknown as new (fields: object) => Error
  return new make({ message: 'told by the test', code })
}

async function until(reached: () => boolean): Promise<void> {
  for (let i = 0; i < 500; i += 1) {
    if (reached()) return
    await sleep(2)
  }
  throw new Error('it never came to that')
}
