import { describe, expect, test } from 'vitest'
import { testPortal } from '../portal-fixture.ts'
import { LIMITS } from '../limits.ts'
import { requireRecent } from './require-session.ts'

const ORIGIN = 'http://portail.example.org'

describe('a page for staff', () => {
  test('leads who is not signed in to the sign-in, and back', async () => {
    const { get } = testPortal()
    const answer = await get('/staff/sessions?ended')
    expect(answer.status).toBe(303)
    expect(answer.headers.get('Location')).toBe('/staff/sign-in?to=%2Fstaff%2Fsessions%3Fended')
    const page = await (await get(answer.headers.get('Location') ?? '')).text()
    expect(page).toContain('<input type="hidden" name="to" value="/staff/sessions?ended" />')
  })

  test('is never kept, never framed, and says its language; both languages have every sentence', async () => {
    const portal = testPortal()
    const { get } = await portal.signedIn()
    for (const path of ['/staff', '/staff/sessions', '/staff/sign-in', '/staff/signed-out']) {
      for (const language of ['fr', 'en']) {
        const answer = await get(`${path}?lang=${language}`)
        expect(answer.status).toBe(200)
        expect(answer.headers.get('Cache-Control')).toBe('no-store')
        expect(answer.headers.get('Content-Language')).toBe(language)
        expect(answer.headers.get('Content-Security-Policy')).toContain("frame-ancestors 'none'")
        expect(answer.headers.get('Referrer-Policy')).toBe('same-origin')
        const page = await answer.text()
        expect(page).toContain(`<html lang="${language}">`)
        expect(page).not.toMatch(/undefined|\{\w+\}<|\[object/)
      }
    }
  })

  test('shows who is signed in, where one is, and what a name has in it as text', async () => {
    const portal = testPortal()
    const { get } = await portal.signedIn({ name: '<script>alert(1)</script>' })
    const page = await (await get('/staff/sessions')).text()
    expect(page).toContain('&lt;script&gt;')
    expect(page).not.toContain('<script>')
    expect(page).toMatch(/<a href="\/staff\/sessions"\s+aria-current="page"/)
    expect(page).not.toMatch(/<a href="\/staff"\s+aria-current/)
  })

  test('says so while the database is away, and does not sign anybody out', async () => {
    const portal = testPortal()
    const { get } = await portal.signedIn()
    portal.world.databaseUp = false
    const answer = await get('/staff')
    expect(answer.status).toBe(503)
    expect(answer.headers.get('Set-Cookie')).toBeNull()
    portal.world.databaseUp = true
    expect((await get('/staff')).status).toBe(200)
  })

  test('is asked over TLS with a cookie that no neighbour can set', async () => {
    const portal = testPortal({ publicUrl: 'https://portail.example.org' })
    const { get, post } = await portal.signedIn()
    expect((await get('/staff')).status).toBe(200)
    const out = await post('/staff/sign-out', {})
    expect(out.headers.get('Set-Cookie')).toMatch(/^__Host-accueil-session=;.*Secure/)
  })
})

describe('what is sensitive', () => {
  test('is done only by who proved a short while ago who they are', async () => {
    const portal = testPortal()
    const asked: string[] = []
    const { get, post } = await portal.signedIn()
    const recent = requireRecent(portal.services, 5)
    portal.app.all('/staff/sensitive', recent, (c) => c.text(asked.push(c.req.method).toString()))
    expect((await get('/staff/sensitive')).status).toBe(200)
    portal.world.now += 6 * 60_000
    const page = await get('/staff/sensitive')
    expect(page.status).toBe(303)
    expect(page.headers.get('Location')).toBe('/staff/sign-in?to=%2Fstaff%2Fsensitive&again=1')
    const answer = await post('/staff/sensitive', {})
    expect(answer.status).toBe(403)
    expect(await answer.text()).toContain(
      'href="/staff/sign-in?to=%2Fstaff%2Fsensitive&amp;again=1"',
    )
    expect(asked).toEqual(['GET'])
  })
})

describe('a form of somebody who is signed in', () => {
  const form = { 'Content-Type': 'application/x-www-form-urlencoded' }

  test('does what it says when it comes from a page of this session', async () => {
    const portal = testPortal()
    const { post, get } = await portal.signedIn()
    expect((await post('/staff/sign-out', {})).status).toBe(303)
    expect((await get('/staff')).status).toBe(303)
  })

  test('does nothing with a token of another session, or none', async () => {
    const portal = testPortal()
    const { post, get } = await portal.signedIn()
    const other = await portal.signedIn({ subject: 'k-1', account: 'karim' })
    const theirs = /name="token" value="([^"]+)"/.exec(await (await other.get('/staff')).text())
    for (const token of [theirs?.[1] ?? '', '', 'x']) {
      const answer = await post('/staff/sign-out', { token })
      expect(answer.status).toBe(403)
      expect(await answer.text()).toContain('ne vient pas de nos pages')
    }
    expect((await get('/staff')).status).toBe(200)
  })

  test.each([
    ['another site, over http', { Origin: 'http://evil.example' }],
    ['a page that hides where it is', { Origin: 'null' }],
    ['nowhere', {}],
    ['another site, as the browser says', { Origin: ORIGIN, 'Sec-Fetch-Site': 'cross-site' }],
    ['a neighbour under the domain', { Origin: ORIGIN, 'Sec-Fetch-Site': 'same-site' }],
  ])('is refused from %s', async (_, headers) => {
    const portal = testPortal()
    await portal.signedIn()
    const answer = await portal.post('/staff/sign-in', 'account=bob&password=hello', {
      headers: { ...form, ...headers },
    })
    expect(answer.status).toBe(403)
  })

  test('is read up to its limit', async () => {
    const portal = testPortal()
    const { post } = await portal.signedIn()
    const answer = await post('/staff/sessions', { session: 'x'.repeat(LIMITS.staffFormBytes) })
    expect(answer.status).toBe(413)
  })

  test('of a session that is over is told so, and nothing was done', async () => {
    const portal = testPortal()
    const { post } = await portal.signedIn()
    portal.world.now += 2 * 3_600_000
    const answer = await post('/staff/sessions', { session: 'others' })
    expect(answer.status).toBe(401)
    expect(await answer.text()).toContain('Rien n’a été changé')
  })
})
