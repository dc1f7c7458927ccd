import { describe, expect, test } from 'vitest'
import { entryPath } from '#db/gateway-entry.ts'
import { FAS_KEY, house, NOW, OPENNDS, testPortal } from './portal-fixture.ts'
import type { TestPortal } from './portal-fixture.ts'

const POLLING = { ...OPENNDS, fas: { level: 3, key: FAS_KEY } }
const PATH = entryPath(POLLING)

function polled(): TestPortal {
  const portal = testPortal()
  portal.world.house = house({ gateways: [POLLING] })
  return portal
}

function ask(
  portal: TestPortal,
  what: string,
  payload: string,
  how: 'post' | 'get' = 'post',
): Promise<Response> {
  const form = new URLSearchParams({
    auth_get: what,
    gatewayhash: 'of its name',
    payload: Buffer.from(payload).toString('base64'),
  })
  if (how === 'post') return portal.post(PATH, form.toString())
  return portal.get(`${PATH}?${form.toString()}`)
}

const rhid = (i: number): string => i.toString(16).padStart(64, '0')
const wait = (portal: TestPortal, count: number): void => {
  portal.world.waiting.set(
    POLLING.name,
    Array.from({ length: count }, (_, i) => ({
      gateway: POLLING.name,
      key: rhid(i),
      line: `${rhid(i)} 1440 0 0 0 0 bmE=`,
    })),
  )
}

describe('a gateway that polls', () => {
  test.each(['post', 'get'] as const)('by %s is told whom to let in', async (how) => {
    const portal = polled()
    wait(portal, 1)
    const response = await ask(portal, 'view', 'none', how)
    expect(await response.text()).toBe(`* ${rhid(0)}%201440%200%200%200%200%20bmE%3D`)
    expect(response.headers.get('Content-Type')).toMatch(/^text\/plain/)
  })

  test('is told of nobody when nobody waits', async () => {
    expect(await (await ask(polled(), 'view', 'none')).text()).toBe('*')
  })

  test('gets its list in pages that it can read, as it acknowledges them', async () => {
    const portal = polled()
    wait(portal, 10)
    const seen: string[] = []
    // Which page comes is a matter of turns; a page may be empty of what was acknowledged meanwhile.
    for (let poll = 0; poll < 6; poll += 1) {
      const page = await (await ask(portal, 'view', 'none')).text()
      expect(page.length).toBeLessThan(1024)
      const keys = page
        .split(' ')
        .slice(1)
        .map((entry) => entry.slice(0, 64))
      expect(keys.length).toBeLessThanOrEqual(4)
      seen.push(...keys)
      expect(await (await ask(portal, 'view', `* ${keys.join(' ')}`)).text()).toBe('ack')
    }
    expect(seen.toSorted()).toEqual(Array.from({ length: 10 }, (_, i) => rhid(i)))
    expect(await (await ask(portal, 'view', 'none')).text()).toBe('*')
  })

  test('is told of all, also where some are never acknowledged', async () => {
    const portal = polled()
    wait(portal, 6)
    const pages = [await ask(portal, 'view', 'none'), await ask(portal, 'view', 'none')]
    const seen = (await Promise.all(pages.map((page) => page.text()))).join(' ')
    for (let i = 0; i < 6; i += 1) expect(seen).toContain(rhid(i))
  })

  test('that begins anew is not told of phones that it does not know any more', async () => {
    const portal = polled()
    wait(portal, 2)
    expect(await (await ask(portal, 'clear', 'none')).text()).toBe('ack')
    expect(await (await ask(portal, 'view', 'none')).text()).toBe('*')
  })

  test('says whom it put out, and the log has a stop', async () => {
    const portal = polled()
    const payload =
      'method="timeout_deauth", clientmac="aa:bb:cc:dd:ee:ff", timestamp=1780308000, bytes_incoming=7000000000, bytes_outgoing=1200, session_start=1780300800, session_end=1780308000, token=1234abcd, custom="na"'
    expect(await (await ask(portal, 'deauthed', payload)).text()).toBe('ack')
    expect(portal.stops).toMatchObject([
      {
        kind: 'stop',
        gateway: 'nds-0042',
        site: '75-0042',
        mac: 'aa:bb:cc:dd:ee:ff',
        at: new Date(1_780_308_000_000),
        sessionSeconds: 7200,
        octetsIn: 1200n,
        octetsOut: 7_000_000_000n,
        cause: 'Session-Timeout',
      },
    ])
  })

  test('in the words of openNDS 9, without quotation marks, is understood too', async () => {
    const portal = polled()
    const payload =
      'method=client_deauth, clientmac=aa:bb:cc:dd:ee:ff, bytes_incoming=1, bytes_outgoing=2, session_start=1780300800, session_end=1780300860, token=1234abcd, custom=na'
    await ask(portal, 'deauthed', payload)
    expect(portal.stops[0]).toMatchObject({ cause: 'User-Request', sessionSeconds: 60 })
  })

  test.each([
    ['nothing', '', ''],
    ['an unknown word', 'drop', 'none'],
    ['an end without a device', 'deauthed', 'method="x", token=12'],
  ])('is told that %s is malformed', async (_, what, payload) => {
    const portal = polled()
    expect((await ask(portal, what, payload)).status).toBe(400)
    expect(portal.counters.polls.malformed.value).toBe(1)
  })

  test('is told to try again while the database is away, and goes on reading', async () => {
    const portal = polled()
    wait(portal, 1)
    portal.world.databaseUp = false
    expect((await ask(portal, 'view', `* ${rhid(0)}`)).status).toBe(503)
    expect(await (await ask(portal, 'view', 'none')).text()).toContain(rhid(0))
  })

  test('is refused by another path than its own', async () => {
    const portal = polled()
    const wrong = [`${PATH.slice(0, -1)}x`, PATH.replace('nds-0042', 'nds-0043'), `${PATH}00`]
    for (const path of wrong) {
      expect((await portal.post(path, 'auth_get=view')).status).toBe(403)
      expect((await portal.get(`${path}?auth_get=view`)).status).toBe(403)
    }
  })

  test('is answered by its former path too, while its secret is being changed', async () => {
    const portal = polled()
    const until = NOW + 1000
    const formerSecret = { secret: POLLING.secret, until }
    portal.world.house = house({ gateways: [{ ...POLLING, secret: 'another', formerSecret }] })
    expect((await ask(portal, 'view', 'none')).status).toBe(200)
    portal.world.now = until
    expect((await ask(portal, 'view', 'none')).status).toBe(403)
  })

  test('is counted for itself, whoever else comes through the same proxy', async () => {
    const portal = testPortal({ requests: 3 })
    portal.world.house = house({ gateways: [POLLING] })
    const status = async (path: string): Promise<number> =>
      (await portal.post(path, 'auth_get=view&payload=')).status
    const guess = `${PATH.slice(0, -1)}x`
    for (let i = 0; i < 3; i += 1) expect(await status(guess)).toBe(403)
    expect(await status(guess)).toBe(429)
    for (let i = 0; i < 3; i += 1) expect(await status(PATH)).toBe(200)
    expect(await status(PATH)).toBe(429)
  })

  test('of a level that does not poll is refused', async () => {
    const portal = testPortal()
    portal.world.house = house({ gateways: [OPENNDS] })
    expect((await portal.post(entryPath(OPENNDS), 'auth_get=view')).status).toBe(403)
  })
})

test('a list of any payload is never a failure', async () => {
  const portal = polled()
  for (const payload of ['*', '* ', `* ${'f'.repeat(3000)}`, '\0', '*\n', `*${' x'.repeat(900)}`])
    expect((await ask(portal, 'view', payload)).status).toBe(200)
  expect(portal.world.now).toBe(NOW)
})
