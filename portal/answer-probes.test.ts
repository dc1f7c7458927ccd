import { describe, expect, test } from 'vitest'
import { NOW, testPortal } from './portal-fixture.ts'
import { PROBE_ADDRESSES } from './probes.ts'

const addresses = PROBE_ADDRESSES.map((address) => `http://${address.replace('*', '/anything')}`)

function online(): ReturnType<typeof testPortal> {
  const portal = testPortal()
  portal.world.grants.set('75-0042 192.168.77.9', new Date(NOW + 90_000))
  return portal
}

describe('the question "am I online?"', () => {
  test('is known in the spellings of nine systems', () => {
    expect(addresses.length).toBeGreaterThan(25)
  })

  test.each(addresses)('at %s leads a device without grant to the portal', async (address) => {
    const { get, counters } = testPortal()
    const response = await get(address)
    expect(response.status).toBe(302)
    expect(response.headers.get('Location')).toBe('http://portail.example.org/guest')
    expect(response.headers.get('Cache-Control')).toBe('no-store')
    const body = await response.text()
    // Android takes a body of four bytes or less for a failure.
    expect(body.length).toBeGreaterThan(4)
    expect(body.length).toBeLessThan(400)
    expect(counters.probes.captive.value).toBe(1)
  })

  test.each([
    ['http://captive.apple.com/hotspot-detect.html', 200, /<TITLE>Success<\/TITLE>/],
    ['http://www.apple.com/library/test/success.html', 200, /<BODY>Success<\/BODY>/],
    ['http://connectivitycheck.gstatic.com/generate_204', 204, /^$/],
    ['http://clients3.google.com/generate_204', 204, /^$/],
    ['http://www.google.com/gen_204', 204, /^$/],
    ['http://www.msftconnecttest.com/connecttest.txt', 200, /^Microsoft Connect Test$/],
    ['http://www.msftncsi.com/ncsi.txt', 200, /^Microsoft NCSI$/],
    ['http://edge-http.microsoft.com/captiveportal/generate_204', 204, /^$/],
    ['http://detectportal.firefox.com/canonical.html', 200, /^<meta http-equiv="refresh"/],
    ['http://detectportal.firefox.com/success.txt', 200, /^success\n$/],
    ['http://spectrum.s3.amazonaws.com/kindle-wifi/wifistub.html', 200, /81ce4465-7167-4dcb/],
    ['http://fireoscaptiveportal.com/generate_204', 204, /^$/],
    ['http://connectivitycheck.platform.hicloud.com/generate_204', 204, /^$/],
    ['http://connect.rom.miui.com/generate_204', 204, /^$/],
    ['http://connectivity-check.ubuntu.com/', 204, /^$/],
    ['http://nmcheck.gnome.org/check_network_status.txt', 200, /^NetworkManager is online\n$/],
    ['http://fedoraproject.org/static/hotspot.txt', 200, /^OK$/],
    ['http://network-test.debian.org/nm', 200, /^NetworkManager is online\n$/],
    ['http://captive.roku.com/ok', 200, /./],
  ] as const)('at %s is answered as expected with a grant', async (address, status, body) => {
    const response = await online().get(address)
    expect(response.status).toBe(status)
    expect(await response.text()).toMatch(body)
    expect(response.headers.get('Cache-Control')).toBe('no-store')
  })

  test('without grant of its own does not profit from a neighbour', async () => {
    const response = await online().get('http://captive.apple.com/hotspot-detect.html', {
      from: '192.168.77.10',
    })
    expect(response.status).toBe(302)
  })

  test('leads to the portal while the database is away', async () => {
    const portal = online()
    portal.world.databaseUp = false
    expect((await portal.get('http://www.msftncsi.com/ncsi.txt')).status).toBe(302)
  })

  test('is known with a port, in capitals and with a final dot', async () => {
    const { get } = testPortal()
    expect((await get('http://CAPTIVE.apple.com:8080/hotspot-detect.html')).status).toBe(302)
    expect((await get('http://captive.apple.com./hotspot-detect.html')).status).toBe(302)
  })
})

describe('Windows, once it knows of a portal,', () => {
  test('is always led to it', async () => {
    const response = await online().get('http://www.msftconnecttest.com/redirect')
    expect(response.headers.get('Location')).toBe('http://portail.example.org/guest')
  })
})

describe('what is no probe', () => {
  test.each([
    'http://captive.apple.com/other',
    'http://portail.example.org/generate_204',
    'http://unknown.example/generate_204',
  ])('is not answered as one: %s', async (address) => {
    const portal = online()
    expect((await portal.get(address)).status).toBe(404)
    expect(portal.counters.probes.online.value).toBe(0)
  })

  test('our own name is never a probe, even if it were in the table', async () => {
    const portal = testPortal({ publicUrl: 'http://captive.apple.com' })
    expect((await portal.get('http://captive.apple.com/')).status).toBe(200)
  })
})
