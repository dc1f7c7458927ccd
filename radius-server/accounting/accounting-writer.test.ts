import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { within } from '#core/lifecycle.ts'
import { decodeEvent } from '#db/event-line.ts'
import type { AccountingEvent } from '#db/log-event.ts'
import { restartOf, session } from '../../test/support/log-events.ts'
import { createMemorySpool } from '../testing/memory-spool.ts'
import type { MemorySpool } from '../testing/memory-spool.ts'
import { createAccountingWriter } from './accounting-writer.ts'
import type { AccountingWriter, WriteResult, WriterLimits } from './accounting-writer.ts'

const REPLAY = { batch: 3, backOffMs: 5, longestBackOffMs: 20, stopMs: 200 }
/** The journal's, which the test stands for: so long that it never ends by itself, or so short that it does. */
const NO_DEADLINE_MS = 3_600_000
const SHORT_DEADLINE_MS = 60
const LIMITS: WriterLimits = {
  waiting: 10_000,
  batch: 500,
  inFlight: 2,
  worthwhile: 1,
  replay: REPLAY,
}

const restart = restartOf('gw-1')

interface Asked {
  readonly what: readonly string[]
  readonly commit: () => void
  readonly fail: (thrown?: Error) => void
}

/** A journal that the test answers for, and that gives up by itself. */
function createFake(
  limits: Partial<WriterLimits> = {},
  deadlineMs = NO_DEADLINE_MS,
): {
  writer: Pick<AccountingWriter, 'wake' | 'stop' | 'problem' | 'waiting'>
  write(event: AccountingEvent): Promise<WriteResult>
  spool: MemorySpool
  /** What was asked to be written, oldest first; a restart by its gateway's name. */
  asked: Asked[]
  told: string[]
  /** From now on it answers by itself: null commits. */
  answer(by: (what: readonly string[]) => Error | null): void
} {
  const asked: Asked[] = []
  const told: string[] = []
  const spool = createMemorySpool()
  let automatic: ((what: readonly string[]) => Error | null) | null = null
  async function append(lines: readonly string[]): Promise<void> {
    const what = lines.map(nameOf)
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    asked.push({ what, commit: resolve, fail: (thrown = new Error('refused')) => reject(thrown) })
    if (automatic === null) return within(deadlineMs, promise)
    await sleep(1)
    const thrown = automatic(what)
    if (thrown !== null) throw thrown
  }
  const writer = createAccountingWriter(
    {
      journal: { append },
      spool,
      onBatch: () => {},
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
    write: (event) => new Promise((settle) => writer.write(event, settle)),
    spool,
    asked,
    told,
    answer: (by) => {
      automatic = by
    },
  }
}

function nameOf(line: string): string {
  const event = decodeEvent(line)
  if (event?.kind === 'record') return event.record.account ?? '?'
  return event?.kind === 'restart' ? event.restart.gateway : '?'
}

function spooled(spool: MemorySpool): readonly string[] {
  return spool.kept.map(nameOf)
}

async function turns(count = 5): Promise<void> {
  for (let i = 0; i < count; i += 1) await new Promise((resolve) => setImmediate(resolve))
}

describe('group commit', () => {
  test('writes what came together in one append', async () => {
    const { write, asked } = createFake()
    const results = ['a', 'b', 'c'].map((id) => write(session(id)))
    await turns()
    expect(asked.map(({ what }) => what)).toEqual([['a', 'b', 'c']])
    asked[0]?.commit()
    expect(await Promise.all(results)).toEqual(['recorded', 'recorded', 'recorded'])
  })

  test('gathers what comes while two appends are under way', async () => {
    const { write, writer, asked } = createFake()
    for (const id of ['a', 'b', 'c', 'd']) {
      void write(session(id))
      await turns()
    }
    expect(asked.map(({ what }) => what)).toEqual([['a'], ['b']])
    expect(writer.waiting).toBe(2)
    asked[0]?.commit()
    await turns()
    expect(asked[2]?.what).toEqual(['c', 'd'])
  })

  test('does not begin another append for a few', async () => {
    const { write, asked } = createFake({ worthwhile: 2 })
    for (const id of ['a', 'b']) {
      void write(session(id))
      await turns()
    }
    expect(asked.map(({ what }) => what)).toEqual([['a']])
    void write(session('c'))
    await turns()
    expect(asked.map(({ what }) => what)).toEqual([['a'], ['b', 'c']])
  })

  test('never puts more than the limit into one append', async () => {
    const { write, asked } = createFake({ batch: 2 })
    for (const id of ['a', 'b', 'c']) void write(session(id))
    await turns()
    expect(asked.map(({ what }) => what)).toEqual([['a', 'b'], ['c']])
  })

  test('drops what is more than the queue holds', async () => {
    const { write, asked } = createFake({ waiting: 2, batch: 1, inFlight: 1 })
    void write(session('a'))
    await turns()
    void write(session('b'))
    void write(session('c'))
    expect(await write(session('d'))).toBe('full')
    expect(asked).toHaveLength(1)
  })
})

describe('when the database is away', () => {
  test('the batch is on disk in the spool before it is acknowledged', async () => {
    const { write, writer, spool, asked, told } = createFake()
    const results = ['a', 'b'].map((id) => write(session(id)))
    await turns()
    asked[0]?.fail()
    expect(await Promise.all(results)).toEqual(['recorded', 'recorded'])
    expect(spooled(spool)).toEqual(['a', 'b'])
    expect(told.slice(0, 4)).toEqual(['failed 2', 'filling', 'kept', 'kept'])
    await writer.stop()
  })

  test('a write that hangs is given up at the deadline, and may come back later', async () => {
    const { write, spool, asked, told, answer } = createFake({}, SHORT_DEADLINE_MS)
    expect(await write(session('a'))).toBe('recorded')
    expect(spooled(spool)).toEqual(['a'])
    answer(() => null)
    for (const one of asked) one.commit()
    await until(() => told.includes('drained'))
    expect(await write(session('b'))).toBe('recorded')
    expect(told.filter((line) => line === 'kept')).toHaveLength(1)
  })

  test('all that is in work and all that waits follows in order, and what comes later goes behind', async () => {
    const { write, writer, spool, asked } = createFake({ batch: 1 })
    const results = ['a', 'b', 'a', 'c'].map((id) => write(session(id)))
    await turns()
    expect(asked.map(({ what }) => what)).toEqual([['a'], ['b']])
    asked[1]?.fail()
    await turns(2)
    results.push(write(session('a')), write(restart), write(session('d')))
    expect(new Set(await Promise.all(results))).toEqual(new Set(['recorded']))
    expect(spooled(spool)).toEqual(['a', 'b', 'a', 'c', 'a', 'gw-1', 'd'])
    await writer.stop()
  })

  test('it is replayed in order when it is back, a restart in its place, then written directly again', async () => {
    const { write, asked, told, answer } = createFake()
    const first = write(session('a'))
    await turns()
    asked[0]?.fail()
    await first
    const more = ['b', 'c', 'd', 'e'].map((id) => write(session(id)))
    await Promise.all([...more, write(restart), write(session('f'))])
    const before = asked.length
    answer(() => null)
    for (const one of asked) one.fail()
    await until(() => told.includes('drained'))
    const written = asked.slice(before).flatMap(({ what }) => what)
    expect(written).toEqual(['a', 'b', 'c', 'd', 'e', 'gw-1', 'f'])
    await write(session('g'))
    expect(told.filter((line) => line === 'kept')).toHaveLength(7)
  })

  /** Four are in the spool; the first three of them were just replayed, the last one is asked. */
  async function atLastBatch(fake: ReturnType<typeof createFake>): Promise<Asked | undefined> {
    const { write, asked } = fake
    const first = write(session('a'))
    await turns()
    asked[0]?.fail()
    await first
    await Promise.all(['b', 'c', 'd'].map((id) => write(session(id))))
    await until(() => asked.length === 2)
    asked[1]?.commit()
    await until(() => asked.length === 3)
    return asked[2]
  }

  test('what comes during the last batch waits for it instead of going through the disk', async () => {
    const fake = createFake()
    const { write, writer, spool, asked, told } = fake
    const last = await atLastBatch(fake)
    const before = spooled(spool)
    const next = write(session('a'))
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
    const fake = createFake({}, SHORT_DEADLINE_MS)
    const { write, writer, spool } = fake
    await atLastBatch(fake)
    expect(await write(session('a'))).toBe('recorded')
    expect(spooled(spool).at(-1)).toBe('a')
    await writer.stop()
  })

  test('nothing waits for a database that has not taken anything yet', async () => {
    const { write, writer, asked } = createFake()
    const first = write(session('a'))
    await turns()
    asked[0]?.fail()
    await first
    await until(() => asked.length === 2)
    expect(await write(session('a'))).toBe('recorded')
    await writer.stop()
  })

  test('and the disk full, nothing is acknowledged, loudly, until one of them is back', async () => {
    const { write, writer, spool, asked, told, answer } = createFake()
    spool.refusal = 'no space left'
    const results = ['a', 'b'].map((id) => write(session(id)))
    await turns()
    asked[0]?.fail()
    expect(await Promise.all(results)).toEqual(['failed', 'failed'])
    expect(told).toContain('refused: no space left')
    expect(writer.problem()).toBe('no space left')
    await turns()
    answer(() => null)
    expect(await write(session('a'))).toBe('recorded')
    expect(writer.problem()).toBeNull()
  })
})

async function until(reached: () => boolean): Promise<void> {
  for (let i = 0; i < 500; i += 1) {
    if (reached()) return
    await sleep(2)
  }
  throw new Error('it never came to that')
}
