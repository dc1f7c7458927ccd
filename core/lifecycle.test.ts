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

test('a stop in the middle of a start waits for it, and nothing is started after it', async () => {
  const done: string[] = []
  const lifecycle = createLifecycle(silentLog)
  const opening = Promise.withResolvers<void>()
  const starting = lifecycle.start(
    'portal',
    () => opening.promise.then(() => void done.push('started')),
    () => void done.push('stopped'),
  )
  const stopping = lifecycle.stop()
  opening.resolve()
  await Promise.all([starting, stopping])
  expect(done).toEqual(['started', 'stopped'])
  const late = lifecycle.start(
    'radius',
    () => Promise.resolve(),
    () => {},
  )
  await expect(late).rejects.toThrow('radius is not started')
})

test('what failed to start is stopped too', async () => {
  const lifecycle = createLifecycle(silentLog)
  let isStopped = false
  const failing = lifecycle.start(
    'portal',
    () => Promise.reject(new Error('port taken')),
    () => void (isStopped = true),
  )
  await expect(failing).rejects.toThrow('port taken')
  await lifecycle.stop()
  expect(isStopped).toBe(true)
})

test('a promise that is too late is a rejection', async () => {
  await expect(within(5, new Promise(() => {}))).rejects.toThrow('no answer in 5 ms')
  await expect(within(1000, Promise.resolve('in time'))).resolves.toBe('in time')
})
