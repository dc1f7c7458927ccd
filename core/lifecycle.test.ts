import { expect, test } from 'vitest'
import { createLifecycle, within } from './lifecycle.ts'
import { silentLog } from './log.ts'

test('what was added last is stopped first, once, and a failure does not keep the rest up', async () => {
  const stopped: string[] = []
  const lifecycle = createLifecycle(silentLog)
  lifecycle.onStop('database', () => void stopped.push('database'))
  lifecycle.onStop('broken', () => Promise.reject(new Error('broken')))
  lifecycle.onStop('portal', () => void stopped.push('portal'))
  await Promise.all([lifecycle.stop(), lifecycle.stop()])
  expect(stopped).toEqual(['portal', 'database'])
})

test('a promise that is too late is a rejection', async () => {
  await expect(within(5, new Promise(() => {}))).rejects.toThrow('no answer in 5 ms')
  await expect(within(1000, Promise.resolve('in time'))).resolves.toBe('in time')
})
