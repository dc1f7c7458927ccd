import { describe, expect, test } from 'vitest'
import type { FilterVerdict } from './filter/verdict.ts'
import { asRead, formAction, house, NOW, ORGANISATION, testPortal } from './portal-fixture.ts'
import type { TestPortal } from './portal-fixture.ts'

const BLOCKED: FilterVerdict = {
  ...{ outcome: 'blocked', cause: 'category', category: 'adult', reference: 'K7F2' },
}
const SITE = 'http://bad.example/some/page?who=me'

function filtered(verdict: FilterVerdict = BLOCKED): TestPortal {
  const portal = testPortal()
  portal.world.filter = () => verdict
  return portal
}

async function pageOf(portal: TestPortal, address = `${SITE}&lang=en`): Promise<string> {
  return asRead(await (await portal.get(address)).text())
}

describe('a page of a blocked site', () => {
  test('says what was blocked, why, who decides, how to ask, and the truth about https', async () => {
    const response = await filtered().get(`${SITE}&lang=en`)
    const page = asRead(await response.text())
    expect(response.status).toBe(403)
    expect(response.headers.get('Cache-Control')).toBe('no-store')
    expect(page).toContain('<h1>This site is blocked here</h1>')
    expect(page).toContain('bad.example')
    expect(page).toContain('The filter puts this site in the category: adult content.')
    expect(page).toContain('Code of the block: K7F2')
    expect(page).toContain('Les Tables Ouvertes chooses the lists and the rules.')
    expect(page).toContain('href="mailto:wifi@example.org"')
    expect(page).toContain('we never open an encrypted connection')
    expect(page).not.toContain('who=me')
    expect(page).not.toContain('some/page')
  })

  test.each([
    [{ ...BLOCKED, category: 'cuisine & jardin' }, 'the category: cuisine &amp; jardin.'],
    [{ ...BLOCKED, category: 'constructor' }, 'the category: constructor.'],
    [
      { ...BLOCKED, cause: 'rule', category: null },
      'Les Tables Ouvertes has chosen to block this site.',
    ],
    [{ ...BLOCKED, cause: 'other', category: null }, 'blocks it without saying why.'],
  ] as const)('gives the reason as the filter knows it: %j', async (verdict, words) => {
    expect(await pageOf(filtered(verdict))).toContain(words)
  })

  test('asks the filter for the place that the device is in', async () => {
    const portal = filtered()
    const asked: unknown[] = []
    portal.world.filter = (name, network) => {
      asked.push([name, network?.site, network?.kind])
      return BLOCKED
    }
    await portal.get('http://BAD.Example./')
    await portal.get('http://bad.example:8080/', { from: '192.168.78.5' })
    await portal.get('http://bad.example/', { from: '203.0.113.7' })
    expect(asked).toEqual([
      ['bad.example', '75-0042', 'guest'],
      ['bad.example', '75-0042', 'staff'],
      ['bad.example', undefined, undefined],
    ])
  })

  test('without a contact leads to the people at the place', async () => {
    const portal = filtered()
    portal.world.house = house({ organisation: { ...ORGANISATION, contact: '' } })
    expect(await pageOf(portal)).toContain('Tell the staff of the place.')
  })
})

describe('a name that is not blocked', () => {
  test('says so to a device that is let in, which may have kept an old answer', async () => {
    const portal = filtered({ outcome: 'free', listed: null })
    portal.world.grants.set('75-0042 192.168.77.9', new Date(NOW + 90_000))
    const response = await portal.get(`${SITE}&lang=en`)
    expect(response.status).toBe(404)
    expect(await response.text()).toContain('<h1>This site is not blocked</h1>')
  })

  test('leads a device that has not accepted yet to the portal', async () => {
    const response = await filtered({ outcome: 'free', listed: null }).get(SITE)
    expect(response.status).toBe(302)
    expect(response.headers.get('Location')).toBe('http://portail.example.org/guest')
  })

  test('is not called blocked where the filter does not say', async () => {
    const response = await filtered({ outcome: 'unknown' }).get(`${SITE}&lang=en`, {
      from: '203.0.113.7',
    })
    const page = await response.text()
    expect(response.status).toBe(503)
    expect(page).toContain('We do not know why')
    expect(page).not.toContain('method="post"')
  })
})

describe('no site of somebody else', () => {
  test.each([
    'http://portail.example.org/',
    'http://192.168.77.1/',
    'http://[2001:db8::1]/',
    'http://localhost/',
    'http://portal.accueil.svc.cluster.local/',
    'http://bad.example/guest/terms',
    'http://bad.example/accessibility',
    `http://${'a'.repeat(64)}.example/`,
    'http://a..example/',
  ])('is %s', async (address) => {
    const portal = filtered()
    expect((await portal.get(address)).status).toBe(200)
    expect(portal.counters.pages.blocked.value).toBe(0)
  })
})

describe('a request to unblock', () => {
  async function action(portal: TestPortal): Promise<string> {
    return formAction(await (await portal.get(`${SITE}&lang=en`)).text()).replaceAll('&amp;', '&')
  }

  test('goes to our own name and is kept: the name, the place, the reason, one sentence', async () => {
    const portal = filtered()
    const where = await action(portal)
    expect(where).toMatch(/^http:\/\/portail\.example\.org\/guest\/unblock\?ticket=/)
    const sent = await portal.post(where, 'note=%20For+my%0Ahomework.%20')
    expect(sent.status).toBe(303)
    expect(portal.unblocks).toEqual([
      {
        ...{ domain: 'bad.example', site: '75-0042', network: 'guest', cause: 'category' },
        ...{ category: 'adult', reference: 'K7F2', note: 'For my homework.' },
      },
    ])
    const page = await (await portal.get(sent.headers.get('Location') ?? '')).text()
    expect(page).toContain('<h1>Your request has been sent</h1>')
    expect(page).toContain('The people responsible for this place will read it.')
  })

  test('needs no sentence, and a long one is cut at a character', async () => {
    const portal = filtered()
    const where = await action(portal)
    await portal.post(where, '')
    await portal.post(where, new URLSearchParams({ note: '💶'.repeat(310) }).toString())
    expect(portal.unblocks.map(({ note }) => note)).toEqual([null, '💶'.repeat(300)])
  })

  test('is told when enough wait already', async () => {
    const portal = filtered()
    const where = await action(portal)
    let last = ''
    for (let n = 0; n < 6; n += 1) {
      portal.world.now += 121_000
      last = (await portal.post(where, '')).headers.get('Location') ?? ''
    }
    expect(await (await portal.get(last)).text()).toContain('Others have already asked')
    expect(portal.counters.unblockRequests.enough.value).toBe(1)
  })

  test('is slowed down, one device or place at a time', async () => {
    const portal = filtered()
    const where = await action(portal)
    for (let n = 0; n < 5; n += 1) expect((await portal.post(where, '')).status).toBe(303)
    expect((await portal.post(where, '')).status).toBe(429)
    expect((await portal.post(where, '', { from: '192.168.77.10' })).status).toBe(303)
  })

  test('that is forged, altered or an hour old is refused', async () => {
    const portal = filtered()
    const where = await action(portal)
    const ticketless = `/guest/unblock?lang=en`
    expect((await portal.post(ticketless, '')).status).toBe(400)
    expect((await portal.post(where.replace('ticket=a1.', 'ticket=a1.A'), '')).status).toBe(400)
    portal.world.now += 3_601_000
    expect((await portal.post(where, '')).status).toBe(410)
    expect(portal.unblocks).toEqual([])
  })

  test('that cannot be kept says so, with the form to try again', async () => {
    const portal = filtered()
    const where = await action(portal)
    portal.world.databaseUp = false
    const response = await portal.post(where, '')
    const page = await response.text()
    expect(response.status).toBe(503)
    expect(page).toContain('The request was not sent.')
    expect(formAction(page)).toContain('/guest/unblock?ticket=')
  })
})
