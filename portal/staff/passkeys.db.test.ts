import { describe, expect, test } from 'vitest'
import { totpCode, totpStep } from '#core/totp.ts'
import { openTestDatabase } from '../../test/support/database.ts'
import type { TestDatabase } from '../../test/support/database.ts'
import { seedHouse } from '../../test/support/house.ts'
import { plainBrowser } from '../../test/support/peers/browser.ts'
import type { BrowserPage, PlainBrowser } from '../../test/support/peers/browser.ts'
import { freePort } from '../../test/support/peers/free-ports.ts'
import { softAuthenticator } from '../../test/support/soft-authenticator.ts'
import type { AskedPasskey } from '../../test/support/soft-authenticator.ts'
import { portalAddress, startStaffPortal } from '../../test/support/staff-portal.ts'
import { testPortal } from '../portal-fixture.ts'

const ADD = '/staff/passkeys'
const SHOW = '/staff/sign-in/passkey'

interface World {
  readonly url: string
  readonly database: TestDatabase
  now: number
  /** Bob, signed in with his password and the app. */
  readonly bob: PlainBrowser
}

/** A portal under a name, as browsers want it, and somebody of the house who has an app. */
async function withBob(run: (world: World) => Promise<void>, url?: string): Promise<void> {
  await using database = await openTestDatabase()
  await seedHouse(database)
  const address = url ?? `http://localhost:${await freePort()}`
  const world = { url: address, database, now: Date.now(), bob: plainBrowser() }
  await using _portal = await startStaffPortal(database.as('portal'), address, {}, () => world.now)
  const page = await password(world.bob, address)
  const key = /class="code key">([A-Z2-7 ]+)</.exec(page.body)?.[1]?.replaceAll(' ', '') ?? ''
  const code = totpCode(fromBase32(key), totpStep(world.now))
  await world.bob.submit(page, '/staff/sign-in/second-factor', { code })
  await run(world)
}

async function password(browser: PlainBrowser, url: string): Promise<BrowserPage> {
  const page = await browser.open(`${url}${ADD}`)
  return browser.submit(page, '/staff/sign-in', { account: 'bob', password: 'hello' })
}

function fromBase32(text: string): Buffer {
  const bits = Array.from(text, (letter) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'),
  ).join('')
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
}

function askedOn({ body }: BrowserPage): AskedPasskey {
  const text = /data-passkey="([^"]*)"/.exec(body)?.[1]
  if (text === undefined) throw new Error(`no form for a passkey:\n${body}`)
  return JSON.parse(text.replaceAll('&quot;', '"').replaceAll('&amp;', '&')) as AskedPasskey
}

describe('an account of the house', () => {
  test('adds a passkey, and comes in with it instead of a code', async () => {
    await withBob(async (world) => {
      const { url, bob, database } = world
      const key = softAuthenticator()
      const page = await bob.open(`${url}${ADD}`)
      expect(page.headers.get('Content-Security-Policy')).toContain("script-src 'self';")
      const script = await fetch(`${url}/staff/passkey.js`)
      expect(script.headers.get('Content-Type')).toContain('text/javascript')
      const made = { ...key.make(askedOn(page), url), name: 'Clé du coffre' }
      const added = await bob.submit(page, ADD, made)
      expect(added.url).toBe(`${url}${ADD}?done=added`)
      expect(added.body).toContain('Clé du coffre')
      expect(askedOn(added).known).toEqual([key.id])

      world.now += 1000
      const other = plainBrowser()
      const asked = await password(other, url)
      expect(asked.url).toBe(`${url}/staff/sign-in/code`)
      const inside = await other.submit(asked, SHOW, key.show(askedOn(asked), url))
      expect(inside.url).toBe(`${url}${ADD}`)
      expect(inside.body).toMatch(/utilisée le/)
      const lines = await database.sql<{ action: string }[]>`
        select action from audit.entry where action like 'staff.passkey%'`
      expect(lines).toEqual([{ action: 'staff.passkey.added' }])
    })
  })

  test('has one that was removed, that is another’s, or a copy, taken for no code', async () => {
    await withBob(async (world) => {
      const { url, bob } = world
      const key = softAuthenticator()
      let page = await bob.open(`${url}${ADD}`)
      await bob.submit(page, ADD, { ...key.make(askedOn(page), url), name: 'One' })
      world.now += 1000
      const other = plainBrowser()
      const asked = await password(other, url)
      const stranger = { ...softAuthenticator().show(askedOn(asked), url), id: key.id }
      const wrong = await other.submit(asked, SHOW, stranger)
      expect(wrong.status).toBe(422)
      expect(wrong.body).toContain('Ce code n’est pas le bon')
      const elsewhere = key.show(askedOn(wrong), 'http://localhost.evil.example')
      expect((await other.submit(wrong, SHOW, elsewhere)).status).toBe(422)
      expect(other.cookie('accueil-session')).toBeUndefined()

      const shown = key.show(askedOn(wrong), url)
      expect((await other.submit(wrong, SHOW, shown)).status).toBe(200)
      const again = plainBrowser()
      const second = await password(again, url)
      // The same once more, and what a copy of the key says, which has not counted on.
      expect((await again.submit(second, SHOW, shown)).status).toBe(422)
      world.now += 1000
      const third = await password(again, url)
      key.count = 1
      expect((await again.submit(third, SHOW, key.show(askedOn(third), url))).status).toBe(422)

      page = await bob.open(`${url}${ADD}`)
      const gone = await bob.submit(page, '/staff/passkeys/remove', { id: key.id })
      expect(gone.url).toContain('done=removed')
      expect((await password(plainBrowser(), url)).body).not.toContain('data-passkey')
    })
  })

  test('under an address that is no name is told why there are none, and signs in by code', async () => {
    await withBob(
      async ({ url, bob }) => {
        const page = await bob.open(`${url}${ADD}`)
        expect(page.body).toContain('que pour un nom en https')
        expect(page.body).not.toContain('data-passkey')
      },
      await portalAddress(),
    )
  })

  test('that sends nothing of use as a new one is told what is wrong', async () => {
    await withBob(async ({ url, bob }) => {
      const key = softAuthenticator()
      const wrong: readonly (readonly [Readonly<Record<string, string>>, string])[] = [
        [{ name: '' }, 'Donnez un nom à la clé'],
        [{ challenge: 'AAAA' }, 'n’a pas créé de clé'],
        [{ authenticatorData: '' }, 'n’a pas créé de clé'],
        [{ clientData: Buffer.from('{}').toString('base64url') }, 'n’a pas créé de clé'],
      ]
      for (const [change, sentence] of wrong) {
        const page = await bob.open(`${url}${ADD}`)
        const made = { name: 'A', ...key.make(askedOn(page), url), ...change }
        const answer = await bob.submit(page, ADD, made)
        expect(answer.status).toBe(422)
        expect(answer.body).toContain(sentence)
      }
    })
  })
})

test('somebody of an identity provider has no passkeys here, and no link to them', async () => {
  const portal = testPortal()
  const browser = await portal.signedIn()
  expect((await browser.get(ADD)).status).toBe(403)
  expect((await browser.post(ADD, { name: 'A' })).status).toBe(403)
  expect(await (await browser.get('/staff')).text()).not.toContain(ADD)
})
