import { expect, test } from 'vitest'
import { createAskDatabase } from './ask-database.ts'
import { LIMITS } from './limits.ts'

test('an answer passes, and so does an error', async () => {
  const ask = createAskDatabase()
  expect(await ask(() => Promise.resolve(7))).toBe(7)
  await expect(ask(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
})

test('a question without answer is given up, and its late failure is nobody’s', async () => {
  const late = Promise.withResolvers<void>()
  await expect(createAskDatabase(5)(() => late.promise)).rejects.toThrow('no answer in 5 ms')
  late.reject(new Error('connection lost'))
})

test('no more than the limit wait, given up or not, and there is room again afterwards', async () => {
  const ask = createAskDatabase(5)
  const away = Promise.withResolvers<void>()
  const given = Array.from({ length: LIMITS.databaseQuestions }, () => ask(() => away.promise))
  await Promise.allSettled(given)
  await expect(ask(() => Promise.resolve())).rejects.toThrow('wait for the database already')
  away.resolve()
  await away.promise
  await new Promise(setImmediate)
  expect(await ask(() => Promise.resolve('back'))).toBe('back')
})
