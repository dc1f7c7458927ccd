import { describe, expect, test } from 'vitest'
import { entryPath } from '#db/gateway-entry.ts'
import { FAS_KEY, encryptedLink, formAction, house, OPENNDS, testPortal } from './portal-fixture.ts'
import type { TestPortal } from './portal-fixture.ts'

const POLLING = { ...OPENNDS, fas: { level: 3, key: FAS_KEY } }

async function accepted(): Promise<{ portal: TestPortal; waiting: string }> {
  const portal = testPortal()
  portal.world.house = house({ gateways: [POLLING] })
  const link = encryptedLink({}, FAS_KEY).replace('/guest', entryPath(POLLING))
  const page = await (await portal.get(link)).text()
  const response = await portal.post(formAction(page))
  expect(response.status).toBe(303)
  return { portal, waiting: response.headers.get('Location') ?? '' }
}

describe('after accepting at a gateway that polls', () => {
  test('the phone waits on a page that looks again by itself, without script', async () => {
    const { portal, waiting } = await accepted()
    expect(portal.recorded).toHaveLength(1)
    expect(portal.gatewayWorld.openings).toHaveLength(1)
    const response = await portal.get(waiting)
    const page = await response.text()
    expect(response.status).toBe(200)
    expect(page).toMatch(/http-equiv="refresh" content="2;url=\/guest\/opening\?state=/)
    expect(page).not.toContain('<script')
  })

  test('it comes to the last page, with its receipt, when the gateway has opened', async () => {
    const { portal, waiting } = await accepted()
    portal.gatewayWorld.open.add('poll:1')
    const response = await portal.get(waiting)
    expect(response.status).toBe(303)
    const last = response.headers.get('Location') ?? ''
    expect(await (await portal.get(last)).text()).toContain('K7QF3MRT2B')
  })

  test('it is told so when the gateway does not come for a minute', async () => {
    const { portal, waiting } = await accepted()
    portal.world.now += 61_000
    const response = await portal.get(waiting)
    expect(response.status).toBe(504)
    expect(portal.counters.refusals['gateway-silent'].value).toBe(1)
  })

  test('nobody asks about an opening that was not theirs', async () => {
    const { portal, waiting } = await accepted()
    for (const address of ['/guest/opening', '/guest/opening?state=x', waiting.slice(0, 60)])
      expect((await portal.get(address)).status).toBe(400)
  })
})
