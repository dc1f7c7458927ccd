import { expect, test } from 'vitest'
import { createGate } from './gate.ts'

test('a gate runs some, lets some wait, and turns the others away', async () => {
  const gate = createGate({ running: 2, waiting: 1 })
  const tasks = Array.from({ length: 4 }, () => Promise.withResolvers<number>())
  const started: number[] = []
  const runs = tasks.map((task, i) =>
    gate.run(() => {
      started.push(i)
      return task.promise
    }),
  )
  expect(started).toEqual([0, 1])
  expect(runs[3]).toBeNull()
  expect(gate.waiting).toBe(1)

  tasks[0]?.resolve(10)
  expect(await runs[0]).toBe(10)
  tasks[2]?.resolve(12)
  expect(await runs[2]).toBe(12)
  expect(started).toEqual([0, 1, 2])
})

test('a task that fails gives its place back', async () => {
  const gate = createGate({ running: 1, waiting: 0 })
  await expect(gate.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(gate.running).toBe(0)
  expect(await gate.run(() => Promise.resolve(1))).toBe(1)
})
