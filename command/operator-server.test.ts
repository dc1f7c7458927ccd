import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Problem } from '#core/role.ts'
import { freePort } from '../test/support/peers/free-ports.ts'
import { ALIVE, createOperatorServer } from './operator-server.ts'

const problems: Problem[] = []
let port = 0
let isUp = true
let server: ReturnType<typeof createOperatorServer>

beforeEach(async () => {
  problems.length = 0
  isUp = true
  port = await freePort()
  server = createOperatorServer({
    address: { host: '127.0.0.1', port },
    metrics: { text: () => Promise.resolve('accueil_db_up 1\n') },
    health: () => problems,
    isUp: () => isUp,
  })
  await server.start()
})
afterEach(() => server.stop())

const statusOf = async (path: string): Promise<number> =>
  (await fetch(`http://127.0.0.1:${port}${path}`)).status

test('a process whose roles have no problem is ready', async () => {
  expect(await statusOf('/readyz')).toBe(200)
})

test('a database that is away makes it unready, but for who asks only whether it still serves', async () => {
  problems.push({ role: 'database', problem: 'it does not answer' })
  expect(await statusOf('/readyz')).toBe(503)
  expect(await statusOf('/readyz?exclude=database')).toBe(200)
  expect(await statusOf('/healthz')).toBe(200)
})

test('what is not excluded counts', async () => {
  problems.push(
    { role: 'database', problem: 'it does not answer' },
    { role: 'radius', problem: 'the ports are not open' },
  )
  expect(await statusOf('/readyz?exclude=database')).toBe(503)
  expect(await statusOf('/readyz?exclude=database&exclude=radius')).toBe(200)
})

test('one that is starting lives, and says that its ports are still to be opened', async () => {
  isUp = false
  const response = await fetch(`http://127.0.0.1:${port}/healthz`)
  expect([response.status, await response.text()]).toEqual([200, ALIVE.starting])
})
