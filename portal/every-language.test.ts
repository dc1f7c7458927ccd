import { describe, expect, test } from 'vitest'
import { fasLink, formAction, inLanguage, NOW, signedLink, testPortal } from './portal-fixture.ts'
import { directionOf, LANGUAGES, textIn } from './text/language.ts'

/** What a first round trip carries on most networks, less the headers. */
const PAGE_BYTES = 14 * 1024

describe.each(LANGUAGES)('in %s', (language) => {
  const text = textIn(language)
  const lang = `lang=${language}`

  test('each page weighs less than 14 KB and says its language and direction', async () => {
    const { get } = testPortal()
    const paths = ['/', '/guest', '/guest/terms', '/guest/notice', '/accessibility', '/nothing']
    const links = [...paths.map((path) => `${path}?${lang}`), `${signedLink()}&${lang}`]
    for (const link of [...links, `${fasLink()}&${lang}`]) {
      const page = await (await get(link)).text()
      expect(Buffer.byteLength(page), link).toBeLessThan(PAGE_BYTES)
      expect(page).toContain(`<html lang="${language}" dir="${directionOf(language)}">`)
    }
  })

  test('so do those of a receipt, a renewal and a blocked site, in its own words', async () => {
    const portal = testPortal()
    portal.world.receipts.set('K7QF3MRT2B', {
      ...{ at: new Date(NOW), site: '75-0042', network: 'guest', macEnd: 'ee:ff' },
      ...{ termsVersion: '2026-01', language, textSha256: 'ab'.repeat(32), renewal: true },
    })
    portal.world.access.set('aa:bb:cc:dd:ee:ff', { until: NOW, termsVersion: '2026-01' })
    const titles = {
      [`/guest/receipt?code=K7QF3MRT2B&${lang}`]: text.receipt.title,
      [`${signedLink()}&${lang}`]: text.renewal.title,
      [`http://other.example/?${lang}`]: text.blocked.freeTitle,
      [`http://bad.example/?${lang}`]: text.blocked.title,
      [`/guest/unblock/sent?${lang}`]: text.blocked.sentTitle,
    }
    portal.world.filter = (name) =>
      name === 'bad.example'
        ? { outcome: 'blocked', cause: 'category', category: 'piracy', reference: 'K7F2' }
        : { outcome: 'free', listed: null }
    portal.world.grants.set('75-0042 192.168.77.9', new Date(NOW + 90_000))
    for (const [link, title] of Object.entries(titles)) {
      const page = await (await portal.get(link)).text()
      expect(page).toContain(`<h1>${title}</h1>`)
      expect(Buffer.byteLength(page), link).toBeLessThan(PAGE_BYTES)
      expect(page).toContain(`<html lang="${language}" dir="${directionOf(language)}">`)
    }
    const blocked = await (await portal.get(`http://bad.example/?${lang}`)).text()
    expect(blocked).toContain(text.categories.piracy)
  })

  test('the choice is kept from the terms through the acceptance to the last page', async () => {
    const portal = testPortal()
    const french = await (await portal.get(signedLink())).text()
    const page = await (await portal.get(inLanguage(french, language))).text()
    expect(page).toContain(`<h1>${text.terms.title}</h1>`)
    const answer = await portal.post(formAction(page))
    expect(answer.status).toBe(303)
    const last = await (await portal.get(answer.headers.get('Location') ?? '')).text()
    expect(last).toContain(`<h1>${text.connected.title}</h1>`)
    const kept = /href="(\/guest\/device[^"]+)"/.exec(last)?.[1]?.replaceAll('&amp;', '&') ?? ''
    expect(await (await portal.get(kept)).text()).toContain(`<h1>${text.device.title}</h1>`)
  })

  test('the chooser offers every other language by its own name', async () => {
    const page = await (await testPortal().get(`/?${lang}`)).text()
    const offered = [...page.matchAll(/name="lang" value="(\w+)" lang="(\w+)"/g)]
    expect(offered.map(([, value]) => value)).toEqual(LANGUAGES.filter((l) => l !== language))
    for (const [, value, its] of offered) expect(its).toBe(value)
  })
})
