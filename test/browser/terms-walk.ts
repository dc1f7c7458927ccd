import assert from 'node:assert/strict'
import type { Browser } from 'playwright-core'
import { openDatabase } from '#db/connection.ts'
import { startEmbedded } from '#db/embedded.ts'
import { signedPath } from '../support/peers/guest.ts'
import type { Product } from '../support/peers/product.ts'
import { eventually } from '../support/peers/process.ts'
import type { Desk } from './admin-desk.ts'

const VERSION = 'walk-2'
const SENTENCE = 'La connexion s’arrête à la fermeture du centre.'
const PHONE = {
  gateway: 'gw-0042',
  secret: 'testing123',
  mac: 'AA-BB-CC-DD-EE-77',
  ip: '10.213.200.77',
}

/** A new version of the terms, from its draft to the phone that is asked again. */
export async function termsWalk(given: {
  readonly product: Product
  readonly browser: Browser
  readonly test: (sentence: string, body: () => Promise<void>) => Promise<void>
  readonly sit: () => Promise<Desk>
  readonly clean: (desk: Desk, name: string) => Promise<void>
}): Promise<void> {
  const { product, test, sit, clean } = given
  const context = await given.browser.newContext({
    ...{ locale: 'fr', javaScriptEnabled: false, viewport: { width: 390, height: 844 } },
  })
  const phone = await context.newPage()
  const asksPhone = async (): Promise<boolean> => {
    await phone.goto(`${product.portalUrl}${signedPath(PHONE)}`)
    return (await phone.locator('form [name=accept]').count()) > 0
  }
  const accept = async (): Promise<void> => {
    await phone.locator('form:has([name=accept]) button').last().click()
    await phone.locator('h1').waitFor()
    assert.equal(await phone.locator('form [name=accept]').count(), 0, await phone.content())
  }
  try {
    await test('a guest accepts the terms in force, and is not asked at the next visit', async () => {
      assert.ok(await asksPhone())
      await accept()
      await eventually('no page any more', async () => !(await asksPhone()))
    })
    await test('a new version is drafted as a copy, changed, compared with the one in force and looked at', async () => {
      const desk = await sit()
      const { page } = desk
      await desk.open('/admin/terms')
      await page.locator('#version').fill(VERSION)
      await page.locator('#effective').fill(dayFrom(Date.now(), 7))
      await page.locator('section:has(#draft) button').click()
      await page.locator('[role=status]').waitFor()
      await desk.open(`/admin/terms/${VERSION}/fr`)
      const written = await page.locator('#markdown').inputValue()
      await page.locator('#markdown').fill(`${written.trimEnd()}\n\n${SENTENCE}\n`)
      await page.locator('#reason').fill('heures de fermeture')
      await page.locator('button[value=save]').click()
      await page.locator('[role=status]').waitFor()
      await page.locator('.source ins').nth(1).waitFor()
      assert.deepEqual(await page.locator('.source ins').allTextContents(), ['+ ', `+ ${SENTENCE}`])
      await clean(desk, 'terms-compared')
      await desk.open(`/admin/terms/${VERSION}`)
      await clean(desk, 'terms-draft')
      await desk.open(`/admin/terms/${VERSION}/fr/preview`)
      assert.ok(await page.getByText(SENTENCE).isVisible())
      assert.ok(await page.getByText('Personne ne peut accepter ici').count())
    })
    await test('until its day nobody is asked', async () => {
      const desk = await sit()
      await desk.open(`/admin/terms/${VERSION}`)
      // Of today is too late: people have accepted what counts today.
      await desk.page.locator('#effective').fill(dayFrom(Date.now(), 0))
      await desk.page.locator('section:has(#day) button').click()
      await desk.page.locator('[role=alert]').waitFor()
      await desk.page.locator('#effective').fill(dayFrom(Date.now(), 2))
      await desk.page.locator('section:has(#day) button').click()
      await desk.page.locator('[role=status]').waitFor()
      // Who comes back within half a minute is shown the page, but not of what is to come.
      await asksPhone()
      assert.equal(await phone.getByText(SENTENCE).count(), 0)
    })
    await test('when the day has come the guest is asked again, with the new sentence, and once', async () => {
      await onHouse(
        product,
        (sql) => sql`
        update house.terms set effective = (now() at time zone 'UTC')::date where version = ${VERSION}`,
      )
      // Being asked is not enough: who came back a moment ago is, and by the old terms until the portal has the new ones.
      const isAskedAnew = async (): Promise<boolean> =>
        (await asksPhone()) && (await phone.getByText(SENTENCE).count()) > 0
      await eventually('the phone is asked, with the new sentence', isAskedAnew)
      await accept()
      // Longer than the half minute in which who comes back is asked anyway.
      await eventually('no page any more', async () => !(await asksPhone()), 60_000)
    })
    await test('and the page says so: in force, accepted, and it changes no more', async () => {
      const desk = await sit()
      await desk.open(`/admin/terms/${VERSION}`)
      const text = (await desk.page.locator('main').textContent()) ?? ''
      assert.match(text, /en vigueur/)
      assert.match(text, /acceptations : 1/)
      assert.equal(await desk.page.locator('#effective').count(), 0)
      await clean(desk, 'terms-in-force')
    })
  } finally {
    await context.close()
    await onHouse(product, forget)
  }
}

/** `2026-12-31`, in UTC. */
function dayFrom(now: number, days: number): string {
  return new Date(now + days * 86_400_000).toISOString().slice(0, 10)
}

type Sql = ReturnType<typeof openDatabase>['sql']

/** As who owns the database of the product. */
async function onHouse(product: Product, work: (sql: Sql) => Promise<unknown>): Promise<void> {
  const server = await startEmbedded({ dataDir: product.dataDir })
  const database = openDatabase(server.url, { applicationName: 'terms walk', max: 1 })
  await work(database.sql)
  await database.close()
  await server.release()
}

/** Other scenarios go on with the terms that there were: what is in force the house itself lets nobody take away. */
async function forget(sql: Sql): Promise<void> {
  await sql.begin(async (sql) => {
    await sql`set local session_replication_role = replica`
    await sql`delete from house.terms_text where version = ${VERSION}`
    await sql`delete from house.terms where version = ${VERSION}`
  })
  // Told to everybody, as the triggers that were silent would have.
  await sql`update house.organisation set name = name`
}
