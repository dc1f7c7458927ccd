import { describe, expect, test } from 'vitest'
import type { AccountingRecord, GatewayRestart } from '#db/accounting-record.ts'
import type { AccountingEvent } from './accounting-record.ts'
import { createAccountingWriter } from './accounting-writer.ts'
import type { AccountingWriter, WriterDeps } from './accounting-writer.ts'

const LIMITS = { waiting: 10_000, batch: 500, inFlight: 2 }

function session(id: string, changes: Partial<AccountingRecord> = {}): AccountingEvent {
  return {
    kind: 'record',
    record: {
      kind: 'interim',
      gateway: 'gw-1',
      site: 's',
      network: 'guest',
      acctSessionId: id,
      mac: null,
      account: null,
      ipv4: null,
      ipv6: null,
      at: new Date(0),
      sessionSeconds: null,
      octetsIn: null,
      octetsOut: null,
      cause: null,
      ...changes,
    },
  }
}

const restart: AccountingEvent = {
  kind: 'restart',
  restart: { gateway: 'gw-1', at: new Date(0), cause: 'NAS-Reboot' },
}

/** A database that the test answers for. */
function createFake(limits = LIMITS): {
  writer: AccountingWriter
  /** What was asked to be written, oldest first; a restart by its gateway's name. */
  asked: { what: string[]; commit: () => void; fail: () => void }[]
  failures: { result: string; events: number }[]
  alive: { value: boolean }
} {
  const asked: { what: string[]; commit: () => void; fail: () => void }[] = []
  const failures: { result: string; events: number }[] = []
  const alive = { value: true }
  function ask(what: string[]): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    asked.push({ what, commit: resolve, fail: () => reject(new Error('refused')) })
    return promise
  }
  const deps: WriterDeps = {
    record: (records) => ask(records.map((record) => record.acctSessionId)),
    restart: (one: GatewayRestart) => ask([one.gateway]),
    ping: () => Promise.resolve(alive.value),
    onFailure: (result, events) => failures.push({ result, events }),
  }
  return { writer: createAccountingWriter(deps, limits), asked, failures, alive }
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
    const { writer, asked } = createFake({ ...LIMITS, batch: 2 })
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

describe('when the database fails', () => {
  test('nothing of the batch is acknowledged and nothing is tried again while it is away', async () => {
    const { writer, asked, failures, alive } = createFake()
    const results = ['a', 'b'].map((id) => writer.write(session(id)))
    await turns()
    alive.value = false
    asked[0]?.fail()
    expect(await Promise.all(results)).toEqual(['failed', 'failed'])
    expect(failures).toEqual([{ result: 'failed', events: 2 }])
    expect(asked).toHaveLength(1)
  })

  test('it goes on when the database is back', async () => {
    const { writer, asked, alive } = createFake()
    const first = writer.write(session('a'))
    await turns()
    alive.value = false
    asked[0]?.fail()
    expect(await first).toBe('failed')
    alive.value = true
    const second = writer.write(session('a'))
    await turns()
    asked[1]?.commit()
    expect(await second).toBe('recorded')
  })

  test('one record that it refuses does not hold up the others', async () => {
    const refused: string[][] = []
    const failures: { result: string; events: number }[] = []
    const writer = createAccountingWriter({
      record: (records) => {
        const ids = records.map((record) => record.acctSessionId)
        if (!ids.includes('poison')) return Promise.resolve()
        refused.push(ids)
        return Promise.reject(new Error('invalid input'))
      },
      restart: () => Promise.resolve(),
      ping: () => Promise.resolve(true),
      onFailure: (result, events) => failures.push({ result, events }),
    })
    const ids = Array.from({ length: 499 }, (_, i) => `s${i}`)
    const good = ids.map((id) => writer.write(session(id)))
    const bad = writer.write(session('poison'))
    expect(await bad).toBe('refused')
    expect(new Set(await Promise.all(good))).toEqual(new Set(['recorded']))
    expect(refused.length).toBeLessThan(12)
    expect(failures).toEqual([{ result: 'refused', events: 1 }])
  })
})
