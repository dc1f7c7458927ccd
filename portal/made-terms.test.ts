import { createSeal } from '#core/seal.ts'
import { expect, test } from 'vitest'
import { LIMITS } from './limits.ts'
import {
  formAction,
  GENERIC,
  house,
  NOW,
  OPENNDS,
  ORGANISATION,
  signedLink,
  testPortal,
} from './portal-fixture.ts'
import { openTicket } from './ticket.ts'

function macIn(page: string): string {
  const token = formAction(page).split('ticket=')[1] ?? ''
  const opened = openTicket(createSeal(new Uint8Array(32).fill(7)), token, NOW)
  return opened.outcome === 'open' ? opened.ticket.mac : opened.reason
}

test('each device has its own ticket in the page that was made for another', async () => {
  const { get } = testPortal()
  const first = await (await get(signedLink({ mac: '02-00-00-00-00-01' }))).text()
  const second = await (await get(signedLink({ mac: '02-00-00-00-00-02' }))).text()
  expect(macIn(first)).toBe('02:00:00:00:00:01')
  expect(macIn(second)).toBe('02:00:00:00:00:02')
  const tickets = new Set([...second.matchAll(/a1\.[\w-]+/g)].map(([token]) => token))
  expect(tickets.size).toBe(1)
})

test('each place has its own name in it, and nothing in a name is taken for the page', async () => {
  const portal = testPortal()
  const other = { ...GENERIC, name: 'gw-2', siteName: '<b>R&D</b>' }
  portal.world.house = house({ gateways: [GENERIC, other, OPENNDS] })
  expect(await (await portal.get(signedLink())).text()).toContain('<bdi>Centre Nation</bdi>')
  expect(await (await portal.get(signedLink({ gateway: 'gw-2' }))).text()).toContain(
    '<bdi>&lt;b&gt;R&amp;D&lt;/b&gt;</bdi>',
  )
})

test('a place with another length of grant says its own', async () => {
  const portal = testPortal()
  const guest = GENERIC.guest && { ...GENERIC.guest, grantSeconds: 12 * 3_600 }
  portal.world.house = house({ gateways: [GENERIC, { ...GENERIC, name: 'gw-2', guest }] })
  expect(await (await portal.get(signedLink())).text()).toMatch(/30\sjours/)
  expect(await (await portal.get(signedLink({ gateway: 'gw-2' }))).text()).toMatch(/12\sheures/)
})

test('a change of the house is in the next page', async () => {
  const portal = testPortal()
  await portal.get(signedLink())
  portal.world.house = house({ organisation: { ...ORGANISATION, name: 'Les Voisins' } })
  expect(await (await portal.get(signedLink())).text()).toContain('<bdi>Les Voisins</bdi>')
})

test('no more pages are kept than the limit, and those beyond it are made each time', async () => {
  const portal = testPortal()
  const { made } = portal.world.house
  for (let n = 0; n < LIMITS.madePages; n += 1) made.set(`filler ${n}`, [])
  expect((await portal.get(signedLink())).status).toBe(200)
  expect(made.size).toBe(LIMITS.madePages)
})
