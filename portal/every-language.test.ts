import { describe, expect, test } from 'vitest'
import { fasLink, formAction, inLanguage, signedLink, testPortal } from './portal-fixture.ts'
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
