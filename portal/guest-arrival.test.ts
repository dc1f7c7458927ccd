import { describe, expect, test } from 'vitest'
import {
  asRead,
  fasLink,
  formAction,
  GENERIC,
  house,
  inLanguage,
  NOW,
  OPENNDS,
  signedLink,
  terms,
  testPortal,
} from './portal-fixture.ts'

const FRENCH = { headers: { 'Accept-Language': 'fr-FR,fr;q=0.9,en;q=0.8' } }
const ENGLISH = { headers: { 'Accept-Language': 'en-GB,en;q=0.9' } }

describe('the terms page', () => {
  test('shows the organisation, the place, the terms and one form with one button', async () => {
    const response = await testPortal().get(signedLink(), FRENCH)
    const page = await response.text()
    expect(response.status).toBe(200)
    expect(response.headers.get('Content-Type')).toMatch(/^text\/html; charset=utf-8/i)
    expect(page).toContain('Les Tables Ouvertes')
    expect(page).toContain('Centre Nation')
    expect(page).toContain('Ce Wi-Fi est offert à toutes les personnes accueillies ici.')
    expect(page).toContain('mailto:wifi@example.org')
    expect(page.match(/<form[^>]* method="post"/g)).toHaveLength(1)
    expect(page.match(/<button\s+type="submit"/g)).toHaveLength(1)
    expect(page).toMatch(/name="accept"\s+value="yes"/)
  })

  test('has no script, no other host, no inline handler or style attribute', async () => {
    const page = await (await testPortal().get(signedLink())).text()
    expect(page).not.toMatch(/<script|<link[^>]+stylesheet|<iframe|\son\w+=|\sstyle=/i)
    expect(page).not.toMatch(/(?:src|action)="(?:https?:)?\/\//)
  })

  test('speaks French or English as the phone does, and French to others', async () => {
    const { get } = testPortal()
    expect(await (await get(signedLink(), FRENCH)).text()).toContain('<html lang="fr" dir="ltr">')
    expect(await (await get(signedLink(), ENGLISH)).text()).toContain('Terms of use')
    expect(await (await get(signedLink())).text()).toContain('<html lang="fr" dir="ltr">')
  })

  test('obeys lang= before the phone, and says which language it speaks', async () => {
    const response = await testPortal().get(`${signedLink()}&lang=en`, FRENCH)
    expect(await response.text()).toContain('<html lang="en" dir="ltr">')
    expect(response.headers.get('Content-Language')).toBe('en')
    expect(response.headers.get('Vary')).toContain('Accept-Language')
  })

  test('links to itself in the other language, with the same device', async () => {
    const { get } = testPortal()
    const page = await (await get(signedLink(), FRENCH)).text()
    const other = await (await get(inLanguage(page, 'en'), FRENCH)).text()
    expect(other).toContain('<html lang="en" dir="ltr">')
    expect(formAction(other)).not.toBe('')
  })

  test('carries the first layer of the notice, and leads to the whole and back', async () => {
    const { get } = testPortal()
    const page = asRead(await (await get(signedLink(), FRENCH)).text())
    expect(page).toContain('Les Tables Ouvertes est responsable de ces données')
    expect(page).toContain('Jamais les sites visités')
    const link = /href="(\/guest\/notice[^"]+)"/.exec(page)?.[1]?.replaceAll('&amp;', '&') ?? ''
    const notice = await (await get(link)).text()
    const back = /href="(\/guest\/accept[^"]+)"/.exec(notice)?.[1]?.replaceAll('&amp;', '&') ?? ''
    expect(formAction(await (await get(back)).text())).not.toBe('')
  })

  test('shows terms in another language with that language marked', async () => {
    const portal = testPortal()
    const only = terms('2026-01', '2026-01-01')
    portal.world.house = house({
      terms: [{ ...only, texts: only.texts.filter((text) => text.language === 'fr') }],
    })
    const page = await (await portal.get(signedLink(), ENGLISH)).text()
    expect(page).toContain('<html lang="en" dir="ltr">')
    expect(asRead(page)).toContain('This text is only in this language: French.')
    expect(page).toContain('<div lang="fr" dir="ltr"><h2>Conditions d’utilisation</h2>')
  })

  test('shows the version in force, not the one to come', async () => {
    const portal = testPortal()
    portal.world.house = house({
      terms: [
        terms('2027-01', '2027-01-01', '# Futures', '# Future'),
        terms('2026-01', '2026-01-01'),
      ],
    })
    const page = asRead(await (await portal.get(signedLink())).text())
    expect(page).toContain('Version 2026-01, en vigueur depuis le 1er janvier 2026.')
    expect(page).not.toContain('Futures')
  })

  test('lets the form lead to the gateway only where the kind needs it', async () => {
    const { get } = testPortal()
    const policy = async (link: string) => (await get(link)).headers.get('Content-Security-Policy')
    expect(await policy(signedLink())).toContain("form-action 'self';")
    expect(await policy(fasLink())).toContain("form-action 'self' http:;")
  })

  test('never shows or follows the url that a generic gateway adds', async () => {
    const response = await testPortal().get(`${signedLink()}&url=https://evil.example/`)
    expect(response.status).toBe(200)
    expect(await response.text()).not.toContain('evil.example')
  })
})

describe('a refusal', () => {
  const expired = signedLink({ t: String(NOW / 1000 - 700) })
  const ahead = signedLink({ t: String(NOW / 1000 + 700) })

  test.each([
    ['malformed', 400, '/guest?gateway=gw-0042'],
    ['unknown-gateway', 403, signedLink({ gateway: 'gw-9999' })],
    ['wrong-kind', 403, signedLink({ gateway: 'nds-0042' })],
    ['bad-signature', 403, signedLink({}, 'wrong')],
    ['link-expired', 410, expired],
    ['clock-ahead', 400, ahead],
    ['unsupported-level', 501, '/guest?fas=abcd&iv=0123456789abcdef'],
  ] as const)('%s has its status, a reason, and how to go on', async (reason, status, link) => {
    const { get, counters } = testPortal()
    const response = await get(link)
    const page = await response.text()
    expect(response.status).toBe(status)
    expect(response.headers.get('Cache-Control')).toBe('no-store')
    expect(page).toContain('Comment continuer')
    expect(page).toContain('http://example.com/')
    expect(page).toContain(`>${reason}<`)
    expect(page).toContain('mailto:wifi@example.org')
    expect(counters.refusals[reason].value).toBe(1)
  })

  test('is given where no terms are in force', async () => {
    const portal = testPortal()
    portal.world.house = house({ terms: [] })
    const response = await portal.get(signedLink())
    expect(response.status).toBe(503)
    expect(await response.text()).toContain('Le Wi-Fi n’est pas encore ouvert')
  })

  test('is given at a place without guest network', async () => {
    const portal = testPortal()
    portal.world.house = house({ gateways: [{ ...GENERIC, guest: null }] })
    expect((await portal.get(signedLink())).status).toBe(403)
  })
})

describe('/guest', () => {
  test('without parameters helps', async () => {
    const { get, counters } = testPortal()
    const response = await get('/guest')
    expect(response.status).toBe(200)
    expect(await response.text()).toContain('Nous ne voyons pas votre appareil')
    expect(counters.pages.help.value).toBe(1)
  })

  test('tells a phone that openNDS already let in that it is online', async () => {
    const response = await testPortal().get(fasLink({}, 'status=authenticated, '))
    expect(response.status).toBe(200)
    expect(await response.text()).toContain('Cet appareil est déjà autorisé')
  })

  test('serves openNDS and generic gateways at one address', async () => {
    const portal = testPortal()
    portal.world.house = house({ gateways: [GENERIC, OPENNDS] })
    expect((await portal.get(signedLink())).status).toBe(200)
    expect((await portal.get(fasLink())).status).toBe(200)
  })
})
