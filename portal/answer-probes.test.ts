import { PROBED_SITES, PROBE_HOSTS } from '#core/probe-hosts.ts'
import { describe, expect, test } from 'vitest'
import { NOW, testPortal } from './portal-fixture.ts'
import { PROBE_TABLE } from './probe-table.ts'
import type { ProbeRow } from './probe-table.ts'

const addresses = PROBE_TABLE.flatMap((row) =>
  row.hosts.map((host) => [`http://${host}${row.path.replace('*', '/anything')}`, row] as const),
)

function online(): ReturnType<typeof testPortal> {
  const portal = testPortal()
  portal.world.grants.set('75-0042 192.168.77.9', new Date(NOW + 90_000))
  return portal
}

describe('the question "am I online?"', () => {
  test('is known in the spellings of the systems that people bring, each once', () => {
    expect(new Set(addresses.map(([address]) => address)).size).toBe(addresses.length)
    expect(addresses.length).toBeGreaterThan(45)
  })

  test('goes to hosts that the DNS filter lets through, the sites that people visit apart', () => {
    const asked = new Set(PROBE_TABLE.flatMap(({ hosts }) => hosts))
    expect([...PROBE_HOSTS, ...PROBED_SITES].toSorted()).toEqual([...asked].toSorted())
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

  test.each(addresses)('at %s is answered as its system expects with a grant', async (at, row) => {
    const portal = online()
    const response = await portal.get(at)
    expect(response.status).toBe(row.online.status)
    expect(await response.text()).toBe(row.online.body ?? '')
    expect(response.headers.get('Content-Type') ?? undefined).toBe(row.online.type)
    for (const [name, value] of Object.entries(row.online.headers ?? {}))
      expect(response.headers.get(name)).toBe(value)
    expect(response.headers.get('Cache-Control')).toBe('no-store')
    expect(portal.counters.probes.online.value).toBe(1)
  })

  // What the systems themselves compare with: the table's own words prove nothing about them.
  test.each([
    ['captive.apple.com/hotspot-detect.html', /<TITLE>Success<\/TITLE>.*<BODY>Success<\/BODY>/],
    ['www.msftconnecttest.com/connecttest.txt', /^Microsoft Connect Test$/],
    ['www.msftncsi.com/ncsi.txt', /^Microsoft NCSI$/],
    [
      'detectportal.firefox.com/canonical.html',
      /^<meta http-equiv="refresh" content="0;url=https:/,
    ],
    ['detectportal.firefox.com/success.txt', /^success\n$/],
    ['spectrum.s3.amazonaws.com/kindle-wifi/wifistub.html', /81ce4465-7167-4dcb-835b-dcc9e44c112a/],
    ['nmcheck.gnome.org/check_network_status.txt', /^NetworkManager is online\n$/],
    ['fedoraproject.org/static/hotspot.txt', /^OK$/],
    ['networkcheck.kde.org/', /^OK\n$/],
  ] as const)('at %s has the words that the system looks for', async (address, body) => {
    expect(await (await online().get(`http://${address}`)).text()).toMatch(body)
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

const HEADING = `# How devices find out whether they are online

Each system asks an address of its maker over plain HTTP as soon as it has joined. Where a gateway leads these questions to
the portal, the portal answers them, from \`portal/probe-table.ts\`:

- **Before acceptance**, all alike: 302 to the portal's own name, with a small body (Android takes a body of four bytes or less for a
  failure), never kept by a cache. The system then shows its window for captive portals.
- **After acceptance**, what the system expects, as below: its window turns green and closes.

Windows asks for \`www.msftconnecttest.com/redirect\` once it knows of a portal, and is always led to it. What PlayStation
asks is not known to us with certainty, so it is not here.

The DNS filter lets these hosts through above every list and rule (\`core/probe-hosts.ts\`; a test holds both lists together),
but for \`www.google.com\` and \`google.com\`: people visit them, so that policies and safe search count there, and Android asks
them only where its other hosts do not answer.

This table is written by \`npx vitest run --project unit portal/answer-probes -u\`; a test compares it.

| System | Asks | Takes for "online" |
|---|---|---|
`

function line({ systems, hosts, path, online: { status, body, headers } }: ProbeRow): string {
  const asked = hosts.map((host) => `\`${host}${path === '*' ? '/…' : path}\``).join('<br>')
  const answer = [
    String(status),
    ...(body === undefined ? [] : [`\`${body.trim()}\``]),
    ...Object.entries(headers ?? {}).map(([name, value]) => `\`${name}: ${value}\``),
  ]
  return `| ${systems} | ${asked} | ${answer.join(', ')} |\n`
}

test('the table in the documents is this one', async () => {
  await expect(HEADING + PROBE_TABLE.map(line).join('')).toMatchFileSnapshot('../docs/probes.md')
})
