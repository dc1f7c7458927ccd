import { beforeEach, describe, expect, test } from 'vitest'
import { ORGANISATION, house, testPortal } from '../portal-fixture.ts'
import type { SignedIn, TestPortal } from '../portal-fixture.ts'

const MAKE = '/staff/devices/keys/new'
const FORM = { label: 'Caisse de l’entrée', kind: 'till', place: '75-0042', mac: '' }
let portal: TestPortal
let browser: SignedIn

beforeEach(async () => {
  portal = testPortal()
  await portal.enrolment.ready()
  browser = await portal.signedIn()
})

const page = async (address: string): Promise<string> => (await browser.get(address)).text()

describe('a key for a till or a printer', () => {
  test('is made by a form, shown once with its QR code, and stands among one’s devices', async () => {
    const made = await browser.post(MAKE, FORM)
    expect(made.status).toBe(200)
    const shown = await made.text()
    expect(shown).toContain('n7kq-v3xd-2hbm-wt9e')
    expect(shown).toContain('Tables-Things')
    expect(shown).toContain('Code QR du réseau')
    expect(made.headers.get('Cache-Control')).toContain('no-store')
    const list = await page('/staff/devices')
    expect(list).toContain('Caisse de l’entrée')
    expect(list).toContain('Centre Nation (75-0042)')
    expect(list).not.toContain('n7kq-v3xd-2hbm-wt9e')
  })

  test('has every sentence in both languages', async () => {
    await browser.post(MAKE, FORM)
    for (const path of [MAKE, '/staff/devices', '/staff/devices?done=key-made']) {
      for (const language of ['fr', 'en']) {
        const answer = await browser.get(`${path}${path.includes('?') ? '&' : '?'}lang=${language}`)
        expect(answer.status).toBe(200)
        expect(await answer.text()).not.toMatch(/undefined|\{\w+\}<|\[object/)
      }
    }
  })

  test.each([
    [{ label: ' ' }, 'Donnez un nom à la machine'],
    [{ place: 'nulle part' }, 'Ce lieu n’existe pas'],
    [{ mac: 'AA-BB' }, 'Ce n’est pas une adresse Wi-Fi'],
  ])('with %o says what is wrong, and keeps what was typed', async (wrong, sentence) => {
    const answer = await browser.post(MAKE, { ...FORM, ...wrong })
    expect(answer.status).toBe(422)
    const text = await answer.text()
    expect(text).toContain(sentence)
    expect(text).toContain('aria-invalid="true"')
    if (!('place' in wrong)) expect(text).toContain('value="75-0042"')
    expect(portal.enrolment.keys).toEqual([])
  })

  test('lasts until a day that is the same by every clock', async () => {
    const organisation = { ...ORGANISATION, timezone: 'Pacific/Auckland' }
    portal.world.house = house({ organisation })
    await browser.post(MAKE, FORM)
    expect(await page('/staff/devices')).toContain('28 décembre 2027')
  })

  test('is revoked by its owner, and by nobody else', async () => {
    await browser.post(MAKE, FORM)
    const path = '/staff/devices/keys/own-0/revoke'
    const other = await portal.signedIn({ account: 'eve', subject: 'e-1' })
    expect((await other.post(path, {})).status).toBe(404)
    expect(portal.enrolment.keys).toHaveLength(1)
    const answer = await browser.post(path, {})
    expect(answer.headers.get('Location')).toBe('/staff/devices?done=key-revoked')
    expect(portal.enrolment.keys).toEqual([])
  })

  test('is not offered where no network is declared for it', async () => {
    portal.enrolment.settingsNow = { ...portal.enrolment.settingsNow, things: null }
    expect(await page('/staff/devices')).not.toContain(MAKE)
    const answer = await browser.post(MAKE, FORM)
    expect(answer.status).toBe(403)
    expect(await answer.text()).toContain('docs/device-keys.md')
  })
})
