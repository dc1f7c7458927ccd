import { describe, expect, test } from 'vitest'
import { SignJWT, exportJWK, generateKeyPair } from 'jose'
import type { Database } from '#db/connection.ts'
import { openTestDatabase } from '../../test/support/database.ts'
import type { TestDatabase } from '../../test/support/database.ts'
import { seedHouse } from '../../test/support/house.ts'
import { plainBrowser } from '../../test/support/peers/browser.ts'
import type { BrowserPage, PlainBrowser } from '../../test/support/peers/browser.ts'
import { OPENID_CLIENT, startOpenidProvider } from '../../test/support/peers/openid-provider.ts'
import type { OpenidProvider } from '../../test/support/peers/openid-provider.ts'
import { portalAddress, startStaffPortal } from '../../test/support/staff-portal.ts'
import { declareProvider } from './testing/declare-provider.ts'

const START = '/staff/oidc/restos/start'

interface Place {
  readonly url: string
  readonly database: TestDatabase
  readonly provider: OpenidProvider
  readonly world: { now: number }
}

/** A portal whose people sign in by a real OpenID provider that is named `restos`. */
async function withProvider(run: (place: Place) => Promise<void>): Promise<void> {
  await using database = await openTestDatabase()
  await seedHouse(database)
  const url = await portalAddress()
  await using provider = await startOpenidProvider(url, 'restos')
  await declareProvider(database, 'restos', provider.issuer)
  const world = { now: Date.now() }
  await using _portal = await startStaffPortal(database.as('portal'), url, {}, () => world.now)
  await run({ url, database, provider, world })
}

/** From the page that was asked for, by the button, to what the browser shows at the end. */
async function signIn(
  browser: PlainBrowser,
  url: string,
  start = `${START}?to=/staff/sessions`,
): Promise<BrowserPage> {
  return browser.open(url + start)
}

/** The address of the callback, with the code in it, which the browser is about to open. */
async function toCallback(browser: PlainBrowser, url: string): Promise<string> {
  let page = await browser.step(url + START)
  while (page.location !== null && !page.location.startsWith(`${url}/`)) {
    page = await browser.step(page.location)
  }
  return page.location ?? ''
}

async function sessions({ sql }: Database): Promise<number> {
  const [row] = await sql<{ count: string }[]>`select count(*) from staff.session`
  return Number(row?.count)
}

/** Nobody was signed in, and the page says so in words and how to go on. */
async function expectNothing(
  page: BrowserPage,
  database: Database,
  status: number,
  title: string,
): Promise<void> {
  expect(page.status).toBe(status)
  expect(page.body).toContain(title)
  expect(page.body).toContain('href="/staff/sign-in?to=')
  expect(await sessions(database)).toBe(0)
}

describe('somebody with an account of the organisation', () => {
  test('signs in at the identity provider, and comes back to the page that was asked for', async () => {
    await withProvider(async ({ url, database, provider }) => {
      const browser = plainBrowser()
      const asked = await browser.open(`${url}/staff/sessions`)
      expect(asked.body).toContain(`href="${START}?to=%2Fstaff%2Fsessions"`)
      expect(asked.body).toContain('Continuer avec <bdi>Compte restos</bdi>')

      const led = await browser.step(`${url}${START}?to=%2Fstaff%2Fsessions`)
      const query = new URL(led.location ?? '').searchParams
      expect(query.get('code_challenge_method')).toBe('S256')
      expect(query.get('code_challenge')).toMatch(/^[\w-]{43}$/)
      expect(query.get('state')).toMatch(/^[\w-]{43}$/)
      expect(query.get('nonce')).toMatch(/^[\w-]{43}$/)
      expect(query.get('redirect_uri')).toBe(`${url}/staff/oidc/restos/callback`)

      const page = await browser.open(led.location ?? '')
      expect(page.url).toBe(`${url}/staff/sessions`)
      const home = await browser.open(`${url}/staff`)
      expect(home.body).toContain('Bonjour <bdi>Hélène Martin</bdi>')
      const [person] = await database.sql`select * from staff.person`
      expect(person).toMatchObject({
        issuer: provider.issuer,
        subject: 'helene',
        account: 'helene',
        mail: 'helene@example.org',
        groups: ['staff', 'it-national'],
        state: 'active',
      })
      const [entry] = await database.sql`select actor, action, details from audit.entry`
      expect(entry).toMatchObject({ actor: 'staff:helene', action: 'staff.sign-in' })
    })
  })

  test('may begin at one copy of the portal and come back to another', async () => {
    await withProvider(async ({ url, database, world }) => {
      const browser = plainBrowser()
      const callback = await toCallback(browser, url)
      const second = await portalAddress()
      // As behind a balancer: the same public address, another process.
      await using _other = await startStaffPortal(
        database.as('portal'),
        url,
        { ACCUEIL_HTTP_LISTEN: new URL(second).host },
        () => world.now,
      )
      browser.setCookie(second, 'accueil-sign-in', browser.cookie('accueil-sign-in') ?? '')
      const page = await browser.step(callback.replace(url, second))
      expect(page.location).toBe(`${second}/staff`)
      expect(await sessions(database)).toBe(1)
    })
  })

  test('of two providers is led to theirs, and the answer of one does not count for the other', async () => {
    await withProvider(async ({ url, database }) => {
      await using other = await startOpenidProvider(url, 'autre')
      await declareProvider(database, 'autre', other.issuer)
      const browser = plainBrowser()
      await expect
        .poll(async () => (await browser.open(`${url}/staff/sign-in`)).body, { timeout: 20_000 })
        .toContain('Compte autre')
      const callback = await toCallback(browser, url)
      const mixed = await browser.open(callback.replace('/restos/', '/autre/'))
      await expectNothing(mixed, database, 400, 'a pris trop de temps')
      other.world.account = 'karim'
      const page = await signIn(browser, url, '/staff/oidc/autre/start')
      expect(page.body).toContain('Karim Ben')
    })
  })

  test('with 500 groups is signed in with them, and with 600 with the first 500', async () => {
    await withProvider(async ({ url, database, provider }) => {
      for (const count of [500, 600]) {
        const groups = Array.from({ length: count }, (_, i) => `cn=group ${i},ou=groups,dc=restos`)
        provider.world.people['helene'] = { preferred_username: 'helene', groups }
        const page = await signIn(plainBrowser(), url)
        expect(page.url).toBe(`${url}/staff/sessions`)
        const [row] = await database.sql<{ groups: string[] }[]>`select groups from staff.person`
        expect(row?.groups).toHaveLength(500)
      }
    })
  })

  test('whose provider tells no groups has none, and one without a name is not signed in', async () => {
    await withProvider(async ({ url, database, provider }) => {
      provider.world.people['helene'] = { preferred_username: 'helene' }
      await signIn(plainBrowser(), url)
      const [row] = await database.sql<{ groups: string[]; name: string }[]>`
        select groups, name from staff.person`
      expect(row).toEqual({ groups: [], name: 'helene' })
      await database.sql`delete from staff.session`
      provider.world.people['helene'] = { name: 'Hélène', groups: ['staff'] }
      const page = await signIn(plainBrowser(), url)
      await expectNothing(page, database, 403, 'Votre compte n’a pas d’identifiant')
    })
  })

  test('that was switched off is told since when and why', async () => {
    await withProvider(async ({ url, database }) => {
      const browser = plainBrowser()
      await signIn(browser, url)
      await database.sql`
        update staff.person set state = 'disabled', state_reason = 'scim-inactive',
          state_since = '2026-11-20T12:00:00Z'`
      await database.sql`delete from staff.session`
      const page = await signIn(browser, url)
      await expectNothing(page, database, 403, 'Ce compte est désactivé')
      expect(page.body).toContain('20 novembre 2026')
      expect(page.body).toContain('votre organisation l’a désactivé')
    })
  })
})

describe('nobody is signed in', () => {
  test('while the provider is down, slow, or in trouble; and they are when it is back', async () => {
    await withProvider(async ({ url, database, provider, world }) => {
      const title = 'Le service de connexion ne répond pas'
      provider.world.status = 503
      await expectNothing(await signIn(plainBrowser(), url), database, 503, title)
      provider.world.status = 0
      world.now += 5_000
      provider.world.delayMs = 60_000
      await expectNothing(await signIn(plainBrowser(), url), database, 503, title)
      provider.world.delayMs = 0
      world.now += 5_000
      const browser = plainBrowser()
      const callback = await toCallback(browser, url)
      provider.world.status = 502
      await expectNothing(await browser.open(callback), database, 503, title)
      provider.world.status = 0
      expect((await signIn(browser, url)).url).toBe(`${url}/staff/sessions`)
    })
  })

  test('where nobody listens at all', async () => {
    await using database = await openTestDatabase()
    await seedHouse(database)
    const url = await portalAddress()
    const nobody = await portalAddress()
    await using _portal = await startStaffPortal(database.as('portal'), url, {
      OIDC_ISSUER: nobody,
      OIDC_CLIENT_ID: 'accueil',
    })
    const page = await plainBrowser().open(`${url}/staff/oidc/sso/start`)
    await expectNothing(page, database, 503, 'Le service de connexion ne répond pas')
  })

  test('who cancels there', async () => {
    await withProvider(async ({ url, database, provider }) => {
      provider.world.account = null
      const page = await signIn(plainBrowser(), url)
      await expectNothing(page, database, 403, 'La connexion n’a pas abouti')
    })
  })

  test('by a code that was used already', async () => {
    await withProvider(async ({ url, database }) => {
      const browser = plainBrowser()
      const callback = await toCallback(browser, url)
      const cookie = browser.cookie('accueil-sign-in') ?? ''
      expect((await browser.step(callback)).location).toBe(`${url}/staff`)
      await database.sql`delete from staff.session`
      await expectNothing(await browser.open(callback), database, 400, 'a pris trop de temps')
      // Whoever kept the cookie too is refused by the provider.
      browser.setCookie(url, 'accueil-sign-in', cookie)
      await expectNothing(await browser.open(callback), database, 400, 'n’est pas valable')
    })
  })

  test('by a callback that this browser did not ask for, or with another state', async () => {
    await withProvider(async ({ url, database }) => {
      const victim = plainBrowser()
      const attacker = plainBrowser()
      const theirs = await toCallback(attacker, url)
      await expectNothing(await victim.open(theirs), database, 400, 'a pris trop de temps')
      await toCallback(victim, url)
      await expectNothing(await victim.open(theirs), database, 400, 'n’est pas valable')
      await toCallback(victim, url)
      const forged = `${url}/staff/oidc/restos/callback?code=x&state=y`
      await expectNothing(await victim.open(forged), database, 400, 'n’est pas valable')
    })
  })

  test('after ten minutes', async () => {
    await withProvider(async ({ url, database, world }) => {
      const browser = plainBrowser()
      const callback = await toCallback(browser, url)
      world.now += 11 * 60_000
      await expectNothing(await browser.open(callback), database, 400, 'a pris trop de temps')
    })
  })

  test('as another person, who proves once more who they are', async () => {
    await withProvider(async ({ url, database, provider }) => {
      const browser = plainBrowser()
      await signIn(browser, url)
      browser.forget(provider.issuer)
      provider.world.account = 'karim'
      const page = await signIn(browser, url, `${START}?to=/staff&again=1`)
      expect(page.status).toBe(403)
      expect(page.body).toContain('C’est un autre compte')
      const home = await browser.open(`${url}/staff`)
      expect(home.body).toContain('Hélène Martin')
      expect(await sessions(database)).toBe(1)
    })
  })
})

describe('a provider', () => {
  test('may change its keys between two sign-ins', async () => {
    await withProvider(async ({ url, database, provider }) => {
      await signIn(plainBrowser(), url)
      provider.rotateKeys()
      await new Promise((resolve) => setTimeout(resolve, 1_100))
      expect((await signIn(plainBrowser(), url)).url).toBe(`${url}/staff/sessions`)
      expect(await sessions(database)).toBe(2)
    })
  })

  test('is asked to let somebody prove who they are, when that is asked for', async () => {
    await withProvider(async ({ url, world }) => {
      const browser = plainBrowser()
      await signIn(browser, url)
      const led = await browser.step(`${url}${START}?to=/staff&again=1`)
      const query = new URL(led.location ?? '').searchParams
      expect(query.get('prompt')).toBe('login')
      expect(query.get('max_age')).toBe('300')
      const before = browser.cookie('accueil-session')
      world.now += 1_000
      expect((await browser.open(led.location ?? '')).status).toBe(200)
      expect(browser.cookie('accueil-session')).not.toBe(before)
    })
  })

  test('is where signing out goes on to', async () => {
    await withProvider(async ({ url, provider }) => {
      const browser = plainBrowser()
      const page = await signIn(browser, url)
      const out = await browser.submit(page, '/staff/sign-out', {})
      const to = /http-equiv="refresh" content="0;url=([^"]+)"/.exec(out.body)?.[1] ?? ''
      const address = new URL(to.replaceAll('&amp;', '&'))
      expect(address.origin).toBe(provider.issuer)
      expect(address.searchParams.get('post_logout_redirect_uri')).toBe(`${url}/staff/signed-out`)
      expect(address.searchParams.get('id_token_hint')).toMatch(/^ey/)
      expect(browser.cookie('accueil-session')).toBeUndefined()
    })
  })

  test('ends by the back channel the sign-in that is over there, and no other', async () => {
    await withProvider(async ({ url, database, provider }) => {
      const [one, two] = [plainBrowser(), plainBrowser()]
      await signIn(one, url)
      const [first] = await database.sql<{ session: string }[]>`
        select provider_session as session from staff.session`
      await signIn(two, url)
      expect(first?.session).toMatch(/./)
      await provider.signOut('helene', first?.session ?? '')
      expect((await one.step(`${url}/staff`)).status).toBe(303)
      expect((await two.step(`${url}/staff`)).status).toBe(200)
    })
  })

  test('is not believed to be speaking where the token is not its own', async () => {
    await withProvider(async ({ url, database, provider, world }) => {
      await signIn(plainBrowser(), url)
      const { privateKey, publicKey } = await generateKeyPair('ES256')
      expect(await exportJWK(publicKey)).toBeDefined()
      const forged = await new SignJWT({
        sub: 'helene',
        events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
      })
        .setProtectedHeader({ alg: 'ES256' })
        .setIssuer(provider.issuer)
        .setAudience(OPENID_CLIENT.id)
        .setIssuedAt(Math.floor(world.now / 1000))
        .sign(privateKey)
      const address = `${url}/staff/oidc/backchannel-logout/restos`
      for (const token of [forged, 'none', '']) {
        const body = new URLSearchParams({ logout_token: token })
        expect((await fetch(address, { method: 'POST', body })).status).toBe(400)
      }
      expect(await sessions(database)).toBe(1)
    })
  })
})
