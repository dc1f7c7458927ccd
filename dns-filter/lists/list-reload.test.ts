import { describe, expect, test } from 'vitest'
import { silentLog } from '#core/log.ts'
import type { ListHead } from '#db/lists.ts'
import { head } from '../testing/filter.ts'
import type { Compilation } from './compiler.ts'
import { NO_LISTS } from './list-index.ts'
import type { ListIndex } from './list-index.ts'
import { createListReload } from './list-reload.ts'

const A = [head('a', ['guest'])]
const B = [head('b', ['guest'])]
const C = [head('c', ['guest'])]

function setUp(
  compile: (heads: readonly ListHead[]) => Promise<void> = async () => {},
  lastGood: ListIndex | null = null,
) {
  const compiled: string[] = []
  const used: ListIndex[] = []
  const reload = createListReload({
    compiler: {
      async compile(heads): Promise<Compilation> {
        await compile(heads)
        compiled.push(heads.map(({ name }) => name).join())
        return { lists: NO_LISTS, reports: [], failures: [] }
      },
      lastGood: () => Promise.resolve(lastGood),
    },
    onCompiled: (lists) => used.push(lists),
    log: silentLog,
    retryMs: 10,
  })
  return { compiled, used, reload }
}

describe('reloading lists', () => {
  test('compiles what is wanted, and not again what is compiled already', async () => {
    const { compiled, reload } = setUp()
    expect(reload.failure()).not.toBeNull()
    reload.want(A)
    await reload.settled()
    reload.want([...A])
    await reload.settled()
    expect(compiled).toEqual(['a'])
    expect(reload.failure()).toBeNull()
  })

  test('compiles one at a time, and of many wishes meanwhile only the last', async () => {
    const gate = Promise.withResolvers<void>()
    const { compiled, reload } = setUp(() => gate.promise)
    for (const heads of [A, B, C]) reload.want(heads)
    gate.resolve()
    await reload.settled()
    await reload.settled()
    expect(compiled).toEqual(['a', 'c'])
  })

  test('tries again after a failure, and says why there are no lists until then', async () => {
    let failures = 2
    const { compiled, reload } = setUp(async () => {
      if (failures-- > 0) throw new Error('the database is away')
    })
    reload.want(A)
    await reload.settled()
    expect(reload.failure()).toBe('the lists could not be compiled: the database is away')
    for (let i = 0; i < 100 && compiled.length === 0; i++) {
      await new Promise((done) => setTimeout(done, 5))
    }
    expect(compiled).toEqual(['a'])
    expect(reload.failure()).toBeNull()
  })

  test('serves the last good ones where none can be compiled at the start, and is ready', async () => {
    const last = { ...NO_LISTS, names: 7, lists: A }
    const { used, reload } = setUp(() => Promise.reject(new Error('the disk is full')), last)
    reload.want(A)
    await reload.settled()
    expect(used).toEqual([last])
    expect(reload.failure()).toBeNull()
    reload.stop()
  })

  test('is not ready while the first list is compiled, and stays so for those after it', async () => {
    let gate = Promise.withResolvers<void>()
    gate.resolve()
    const { reload } = setUp(() => gate.promise)
    reload.want([])
    await reload.settled()
    expect(reload.failure()).toBeNull()
    gate = Promise.withResolvers<void>()
    reload.want(A)
    expect(reload.failure()).toBe('list "a", the first there is, is being compiled')
    expect(reload.pending).toBe(1)
    gate.resolve()
    await reload.settled()
    expect(reload.failure()).toBeNull()
    gate = Promise.withResolvers<void>()
    reload.want([...A, ...B])
    expect(reload.failure()).toBeNull()
    expect(reload.pending).toBe(1)
    gate.resolve()
    await reload.settled()
    expect(reload.pending).toBe(0)
  })

  test('is not ready when the first list cannot be compiled beside a blob of none', async () => {
    let fails = false
    const { reload, used } = setUp(async () => {
      if (fails) throw new Error('the disk is full')
    }, NO_LISTS)
    reload.want([])
    await reload.settled()
    fails = true
    reload.want(A)
    await reload.settled()
    expect(reload.failure()).toBe('the lists could not be compiled: the disk is full')
    expect(used).toHaveLength(1)
    reload.stop()
  })

  test('keeps the old lists, and stays ready, when new ones cannot be compiled', async () => {
    let fails = false
    const { reload } = setUp(async () => {
      if (fails) throw new Error('too many')
    })
    reload.want(A)
    await reload.settled()
    fails = true
    reload.want(B)
    await reload.settled()
    expect(reload.failure()).toBeNull()
    reload.stop()
  })
})
