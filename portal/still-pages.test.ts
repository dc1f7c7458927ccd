import { describe, expect, test } from 'vitest'
import { asRead, house, ORGANISATION, testPortal } from './portal-fixture.ts'

const LOGO = { type: 'image/svg+xml', bytes: Buffer.from('<svg xmlns="x"><script/></svg>') }

describe('the home page', () => {
  test('says what this is and leads to help and terms', async () => {
    const page = asRead(await (await testPortal().get('/')).text())
    expect(page).toContain('Les Tables Ouvertes offre un accès gratuit')
    expect(page).toContain('href="/guest?lang=fr"')
    expect(page).toContain('href="/guest/terms?lang=fr"')
  })

  test('works before an organisation is declared', async () => {
    const portal = testPortal()
    portal.world.house = house({ organisation: { ...ORGANISATION, name: 'X', contact: '' } })
    expect((await portal.get('/')).status).toBe(200)
  })
})

describe('/guest/terms', () => {
  test('shows terms and notice to anybody, without a form', async () => {
    const page = await (await testPortal().get('/guest/terms?lang=en')).text()
    expect(page).toContain('This Wi-Fi is offered to everyone')
    expect(page).toContain('href="/guest/notice?lang=en"')
    expect(page).not.toContain('method="post"')
  })

  test('says so where there are none', async () => {
    const portal = testPortal()
    portal.world.house = house({ terms: [] })
    expect(await (await portal.get('/guest/terms')).text()).toContain('Aucune condition')
  })
})

describe('/guest/connected', () => {
  test.each(['', '?receipt=', '?receipt=a1.forged', '?receipt=%22%3E%3Cb%3E'])(
    'stands without a receipt of ours: %j',
    async (query) => {
      const page = await (await testPortal().get(`/guest/connected${query}`)).text()
      expect(page).toContain('Vous êtes en ligne')
      expect(page).not.toContain('Votre reçu')
    },
  )

  test('leads nowhere but to us', async () => {
    const page = await (await testPortal().get('/guest/connected')).text()
    const links = [...page.matchAll(/href="([^"]*)"/g)].map((match) => match[1] ?? '')
    expect(links.filter((link) => !/^(\/|#|mailto:)/.test(link))).toEqual([])
  })
})

describe('what is not there', () => {
  test.each(['/nothing', '/guest/', '/admin.php', '/generate_204', '/%2e%2e/etc/passwd'])(
    '%s is a 404 page with the way home',
    async (path) => {
      const response = await testPortal().get(path)
      expect(response.status).toBe(404)
      expect(await response.text()).toContain('href="/?lang=fr"')
    },
  )

  test('a method that nobody uses here is a 404 page as well', async () => {
    const { app } = testPortal()
    expect((await app.request('/guest', { method: 'DELETE' })).status).toBe(404)
  })
})

describe('what goes wrong inside', () => {
  test('is a 500 page that tells nothing of it', async () => {
    const portal = testPortal()
    Object.defineProperty(portal.world.house, 'gateways', {
      get: () => {
        throw new Error('the secret reason')
      },
    })
    const response = await portal.get('/guest?gateway=x')
    const page = await response.text()
    expect(response.status).toBe(500)
    expect(page).toContain('Ce n’est pas votre faute')
    expect(page).not.toContain('secret reason')
    expect(response.headers.get('X-Content-Type-Options')).toBe('nosniff')
  })
})

describe('the logo', () => {
  const portal = testPortal()
  portal.world.house = house({ organisation: { ...ORGANISATION, logo: LOGO } })

  test('is on the page and may be kept for ever', async () => {
    const page = await (await portal.get('/')).text()
    const path = /<img src="([^"]+)" alt=""/.exec(page)?.[1] ?? ''
    const response = await portal.get(path)
    expect(response.headers.get('Content-Type')).toBe('image/svg+xml')
    expect(response.headers.get('Cache-Control')).toContain('immutable')
    expect(Buffer.from(await response.arrayBuffer())).toEqual(LOGO.bytes)
  })

  test('cannot run what is in it when opened by itself', async () => {
    const path = portal.world.house.look.logo?.path ?? ''
    const policy = (await portal.get(path)).headers.get('Content-Security-Policy')
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain('sandbox')
  })

  test('of another time is not there', async () => {
    expect((await portal.get('/guest/logo/0000000000000000')).status).toBe(404)
  })

  test('that browsers ask for unbidden costs no page', async () => {
    const response = await portal.get('/favicon.ico')
    expect(response.status).toBe(204)
    expect(portal.counters.pages['not-found'].value).toBe(0)
  })

  test('of a type that is no picture is not shown', async () => {
    const other = testPortal()
    const logo = { type: 'text/html', bytes: Buffer.from('<script>') }
    other.world.house = house({ organisation: { ...ORGANISATION, logo } })
    expect(await (await other.get('/')).text()).not.toContain('<img')
  })
})
