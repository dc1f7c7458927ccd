import { describe, expect, test } from 'vitest'
import { asRead, fasLink, formAction, signedLink, testPortal } from './portal-fixture.ts'
import type { TestPortal } from './portal-fixture.ts'

const HOUR = 3_600_000

/** Accepts as a phone does; gives the address that the last page links to. */
async function keptLink(portal: TestPortal, link = signedLink()): Promise<string> {
  const page = await (await portal.get(link)).text()
  const answer = await portal.post(formAction(page))
  const location = new URL(answer.headers.get('Location') ?? '', 'http://portail.example.org')
  const last = location.searchParams.get('redir') ?? location.pathname + location.search
  return keptIn(await (await portal.get(last)).text())
}

function keptIn(page: string): string {
  return /href="(\/guest\/device[^"]+)"/.exec(page)?.[1]?.replaceAll('&amp;', '&') ?? ''
}

describe('what is kept about a device', () => {
  test('is shown from the last page: version, language, place, time, until when', async () => {
    const portal = testPortal()
    const page = asRead(await (await portal.get(await keptLink(portal))).text())
    expect(page).toContain(
      '1er juin 2026 à 12:00, Centre Nation : version 2026-01, langue : français.'.replaceAll(
        ' :',
        '\u00A0:',
      ),
    )
    expect(page).toContain('Cet appareil est autorisé jusqu’au 1er juillet 2026 à 12:00.')
    expect(page).toContain('aa:bb:cc:dd:ee:ff')
    expect(page).toContain('Un an, puis tout est effacé')
    expect(page).toContain('mailto:wifi@example.org')
  })

  test('is all that this device accepted, and nothing of others', async () => {
    const portal = testPortal()
    await keptLink(portal, signedLink({ mac: '02-00-00-00-00-01' }))
    await keptLink(portal)
    const page = await (await portal.get(await keptLink(portal))).text()
    expect(page.match(/version <bdi>/g)).toHaveLength(2)
    expect(page).not.toContain('02:00:00:00:00:01')
  })

  test('is this one acceptance where the gateway does not prove which device it is', async () => {
    const portal = testPortal()
    await keptLink(portal)
    const page = await (await portal.get(await keptLink(portal, fasLink()))).text()
    expect(portal.recorded).toHaveLength(2)
    expect(page.match(/version <bdi>/g)).toHaveLength(1)
  })

  test('has no address and no name of the device in the link', async () => {
    const link = await keptLink(testPortal())
    expect(link).toMatch(/^\/guest\/device\?receipt=[\w.-]+&lang=fr$/)
    expect(link).not.toMatch(/aa[:-]?bb[:-]?cc/i)
  })

  test('is shown for an hour', async () => {
    const portal = testPortal()
    const link = await keptLink(portal)
    portal.world.now += HOUR + 1
    expect((await portal.get(link)).status).toBe(410)
  })

  test.each(['', '?receipt=', '?receipt=a1.forged', '?mac=aa:bb:cc:dd:ee:ff'])(
    'is not shown to who has no receipt of ours: %j',
    async (query) => {
      expect((await testPortal().get(`/guest/device${query}`)).status).toBe(400)
    },
  )

  test('is not shown for the ticket of the terms page', async () => {
    const portal = testPortal()
    const page = await (await portal.get(signedLink())).text()
    const ticket = formAction(page).split('ticket=')[1] ?? ''
    expect((await portal.get(`/guest/device?receipt=${ticket}`)).status).toBe(400)
  })

  test('says that it cannot be read while the database is away', async () => {
    const portal = testPortal()
    const link = await keptLink(portal)
    portal.world.databaseUp = false
    const response = await portal.get(link)
    expect(response.status).toBe(503)
    expect(await response.text()).toContain('Nous ne pouvons pas lire ces informations')
    expect(portal.counters.databaseFailures.value).toBe(1)
  })
})

test('a device that was let in before has no such link: nothing says which one it is', async () => {
  const response = await testPortal().get(fasLink({}, 'status=authenticated, '))
  expect(keptIn(await response.text())).toBe('')
})
