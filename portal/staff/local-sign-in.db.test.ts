import { describe, expect, test } from 'vitest'
import { totpCode, totpStep } from '#core/totp.ts'
import type { Database } from '#db/connection.ts'
import { openTestDatabase } from '../../test/support/database.ts'
import type { TestDatabase } from '../../test/support/database.ts'
import { seedHouse } from '../../test/support/house.ts'
import { plainBrowser } from '../../test/support/peers/browser.ts'
import type { BrowserPage, PlainBrowser } from '../../test/support/peers/browser.ts'
import { portalAddress, startStaffPortal } from '../../test/support/staff-portal.ts'

const STEP_MS = 30_000

interface World {
  now: number
}

/** Bob's portal: an account of the house with the password `hello`, and nothing else to sign in by. */
async function withBob(
  run: (at: { url: string; database: TestDatabase; world: World }) => Promise<void>,
): Promise<void> {
  await using database = await openTestDatabase()
  await seedHouse(database)
  const world = { now: Date.now() }
  const url = await portalAddress()
  await using portal = await startStaffPortal(database.as('portal'), url, {}, () => world.now)
  await run({ url: portal.url, database, world })
}

async function password(browser: PlainBrowser, url: string, given = 'hello'): Promise<BrowserPage> {
  const page = await browser.open(`${url}/staff/sessions`)
  return browser.submit(page, '/staff/sign-in', { account: 'Bob', password: given })
}

/** Enrols the app that the page shows, and returns its secret with the page of recovery codes. */
async function enrol(
  browser: PlainBrowser,
  url: string,
  world: World,
): Promise<{ secret: Buffer; codes: BrowserPage }> {
  const page = await password(browser, url)
  const key = /class="code key">([A-Z2-7 ]+)</.exec(page.body)?.[1]?.replaceAll(' ', '') ?? ''
  const secret = fromBase32(key)
  const code = totpCode(secret, totpStep(world.now))
  return { secret, codes: await browser.submit(page, '/staff/sign-in/second-factor', { code }) }
}

function fromBase32(text: string): Buffer {
  const bits = Array.from(text, (letter) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'),
  ).join('')
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
}

const audited = async ({ sql }: Database): Promise<readonly string[]> => {
  const rows = await sql<{ line: string }[]>`
    select concat_ws(' ', actor, action, reason) as line from audit.entry order by id`
  return rows.map(({ line }) => line)
}

describe('an account of the house', () => {
  test('comes in only with a second factor, which its first sign-in enrols', async () => {
    await withBob(async ({ url, database, world }) => {
      const browser = plainBrowser()
      const first = await password(browser, url)
      expect(first.url).toBe(`${url}/staff/sign-in/second-factor`)
      expect(browser.cookie('accueil-session')).toBeUndefined()
      expect((await browser.step(`${url}/staff`)).location).toContain('/staff/sign-in')

      const { secret, codes } = await enrol(browser, url, world)
      expect(codes.body.match(/<li>[2-9A-Z]{4}(-[2-9A-Z]{4}){3}<\/li>/g)).toHaveLength(10)
      expect(codes.body).toContain('href="/staff/sessions"')
      const home = await browser.open(`${url}/staff`)
      expect(home.body).toContain('bob')

      const other = plainBrowser()
      const asked = await password(other, url)
      expect(asked.url).toBe(`${url}/staff/sign-in/code`)
      world.now += STEP_MS
      const code = totpCode(secret, totpStep(world.now))
      const inside = await other.submit(asked, '/staff/sign-in/code', { code })
      expect(inside.url).toBe(`${url}/staff/sessions`)
      expect(await audited(database)).toEqual([
        'account:bob staff.second-factor.enrolled',
        'account:bob staff.sign-in',
        'account:bob staff.sign-in',
      ])
    })
  })

  test('is not let in by a code that was used, in this process or another', async () => {
    await withBob(async ({ url, database, world }) => {
      const { secret } = await enrol(plainBrowser(), url, world)
      const code = totpCode(secret, totpStep(world.now))
      const again = plainBrowser()
      const page = await password(again, url)
      const refused = await again.submit(page, '/staff/sign-in/code', { code })
      expect(refused.status).toBe(422)
      expect(refused.body).toContain('il a déjà servi')
      expect(again.cookie('accueil-session')).toBeUndefined()

      // Another portal on the same database knows nothing of this one's memory.
      const second = await portalAddress()
      await using _other = await startStaffPortal(
        database.as('portal'),
        second,
        {},
        () => world.now,
      )
      const there = plainBrowser()
      const asked = await password(there, second)
      expect((await there.submit(asked, '/staff/sign-in/code', { code })).status).toBe(422)
    })
  })

  test('is opened by each recovery code once', async () => {
    await withBob(async ({ url, world }) => {
      const { codes } = await enrol(plainBrowser(), url, world)
      const code = /<li>([2-9A-Z-]{19})<\/li>/.exec(codes.body)?.[1] ?? ''
      const browser = plainBrowser()
      const typed = { code: code.toLowerCase().replaceAll('-', ' ') }
      const page = await password(browser, url)
      expect((await browser.submit(page, '/staff/sign-in/code', typed)).status).toBe(200)
      expect(browser.cookie('accueil-session')).toBeDefined()
      const later = plainBrowser()
      const asked = await password(later, url)
      expect((await later.submit(asked, '/staff/sign-in/code', typed)).status).toBe(422)
    })
  })

  test('is tried slower and slower with a wrong password, and nobody learns whether it exists', async () => {
    await withBob(async ({ url, database, world }) => {
      const browser = plainBrowser()
      const sign = async (account: string, given: string): Promise<BrowserPage> => {
        const page = await browser.open(`${url}/staff/sign-in`)
        return browser.submit(page, '/staff/sign-in', { account, password: given })
      }
      const known = await sign('bob', 'wrong')
      const unknown = await sign('nobody-of-this-name', 'wrong')
      expect(known.status).toBe(422)
      expect(known.body.replaceAll('bob', 'NAME')).toBe(
        unknown.body.replaceAll('nobody-of-this-name', 'NAME'),
      )
      for (let tries = 0; tries < 3; tries += 1) await sign('bob', 'wrong')
      const held = await sign('bob', 'hello')
      expect(held.status).toBe(429)
      expect(Number(held.headers.get('Retry-After'))).toBeGreaterThan(0)
      world.now += 60_000
      expect((await sign('bob', 'hello')).status).toBe(200)
      const failures = await database.sql<{ subject: string; details: object }[]>`
        select subject, details from audit.entry where action = 'staff.sign-in.failed' order by id`
      expect(failures.map(({ subject }) => subject)).toEqual([
        ...['account bob', 'unknown', 'account bob', 'account bob', 'account bob'],
      ])
    })
  })

  test('waits longer for each wrong code than anybody can guess one', async () => {
    await withBob(async ({ url, world }) => {
      await enrol(plainBrowser(), url, world)
      const browser = plainBrowser()
      const page = await password(browser, url)
      const statuses: number[] = []
      for (let tries = 0; tries < 5; tries += 1) {
        const { status } = await browser.submit(page, '/staff/sign-in/code', { code: '000000' })
        statuses.push(status)
      }
      expect(statuses).toEqual([422, 422, 422, 422, 429])
    })
  })

  test('has ten minutes for its second factor', async () => {
    await withBob(async ({ url, world }) => {
      const browser = plainBrowser()
      const page = await password(browser, url)
      world.now += 11 * 60_000
      const late = await browser.submit(page, '/staff/sign-in/second-factor', { code: '123456' })
      expect(late.status).toBe(400)
      expect(late.body).toContain('a pris trop de temps')
    })
  })
})

describe('a session', () => {
  test('is another one after each sign-in, and is listed and ended by its owner', async () => {
    await withBob(async ({ url, database, world }) => {
      const one = plainBrowser()
      const { secret } = await enrol(one, url, world)
      const before = one.cookie('accueil-session')
      world.now += STEP_MS
      const again = await one.open(`${url}/staff/sign-in?again=1`)
      const asked = await one.submit(again, '/staff/sign-in', { account: 'bob', password: 'hello' })
      const code = totpCode(secret, totpStep(world.now))
      await one.submit(asked, '/staff/sign-in/code', { code })
      expect(one.cookie('accueil-session')).not.toBe(before)
      const stolen = plainBrowser()
      stolen.setCookie(url, 'accueil-session', before ?? '')
      expect((await stolen.step(`${url}/staff`)).status).toBe(303)

      world.now += STEP_MS
      const two = plainBrowser(
        'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1',
      )
      const factor = await password(two, url)
      const newer = totpCode(secret, totpStep(world.now))
      const list = await two.submit(factor, '/staff/sign-in/code', { code: newer })
      expect(list.body).toContain('Firefox, Linux')
      expect(list.body).toContain('<strong>Safari, iPhone</strong> (ce navigateur)')
      const ended = await two.submit(list, '/staff/sessions', {})
      expect(ended.body).toContain('La connexion est fermée.')
      expect((await one.step(`${url}/staff`)).status).toBe(303)
      expect((await two.step(`${url}/staff`)).status).toBe(200)
      expect(await audited(database)).toContain('account:bob staff.session.end asked by its owner')
    })
  })

  test('is kept as a hash, and ends after an hour without a request or twelve with them', async () => {
    await withBob(async ({ url, database, world }) => {
      const browser = plainBrowser()
      await enrol(browser, url, world)
      const [row] = await database.sql<{ text: string }[]>`
        select s::text as text from staff.session s`
      expect(row?.text).not.toContain(browser.cookie('accueil-session') ?? 'none')
      for (let hour = 0; hour < 11; hour += 1) {
        world.now += 59 * 60_000
        expect((await browser.step(`${url}/staff`)).status).toBe(200)
      }
      world.now += 70 * 60_000
      expect((await browser.step(`${url}/staff`)).status).toBe(303)

      const idle = plainBrowser()
      world.now += STEP_MS
      const [kept] = await database.sql<{ count: string }[]>`select count(*) from staff.session`
      expect(Number(kept?.count)).toBe(1)
      expect((await idle.step(`${url}/staff`)).status).toBe(303)
    })
  })

  test('is over after signing out, here and for who kept its cookie', async () => {
    await withBob(async ({ url, world }) => {
      const browser = plainBrowser()
      await enrol(browser, url, world)
      const token = browser.cookie('accueil-session') ?? ''
      const home = await browser.open(`${url}/staff`)
      const out = await browser.submit(home, '/staff/sign-out', {})
      expect(out.url).toBe(`${url}/staff/signed-out`)
      expect(browser.cookie('accueil-session')).toBeUndefined()
      const kept = plainBrowser()
      kept.setCookie(url, 'accueil-session', token)
      expect((await kept.step(`${url}/staff`)).status).toBe(303)
    })
  })
})
