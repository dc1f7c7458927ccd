import { expect, test } from 'vitest'
import { testPortal } from './portal-fixture.ts'

test('/healthz is 200 whatever the roles say', async () => {
  const portal = testPortal()
  portal.world.problems = [{ role: 'radius', problem: 'the UDP port is not open' }]
  expect((await portal.get('/healthz')).status).toBe(200)
})

test('/readyz is 200 when every role can do its work', async () => {
  const response = await testPortal().get('/readyz')
  expect(response.status).toBe(200)
  expect(response.headers.get('Cache-Control')).toBe('no-store')
})

test('/readyz is 503 and names the role and its problem', async () => {
  const portal = testPortal()
  portal.world.problems = [{ role: 'radius', problem: 'the UDP port is not open' }]
  const response = await portal.get('/readyz')
  expect(response.status).toBe(503)
  expect(await response.json()).toMatchObject({
    problems: [{ role: 'radius', problem: 'the UDP port is not open' }],
  })
})

test('an orchestrator is answered even when its address has asked too much', async () => {
  const portal = testPortal({ requests: 1 })
  await portal.get('/')
  expect((await portal.get('/')).status).toBe(429)
  expect((await portal.get('/readyz')).status).toBe(200)
})
