import { expect, test } from 'vitest'
import type { Database } from './connection.ts'
import { hearWants } from './log-wanted.ts'

test('who stops while the database is still being asked for listens no more: a connection would stay', async () => {
  const answer = Promise.withResolvers<boolean>()
  let listens = 0
  const sql = { listen: async () => void (listens += 1) } as unknown as Database['sql']
  const stopped = hearWants({ sql, ping: () => answer.promise }, () => {})
  stopped.stop()
  answer.resolve(true)
  await new Promise((done) => setImmediate(done))
  expect(listens).toBe(0)

  const heard = hearWants({ sql, ping: async () => true }, () => {})
  await new Promise((done) => setImmediate(done))
  expect(listens).toBe(1)
  heard.stop()
})
