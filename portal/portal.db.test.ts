import { silentLog } from '#core/log.ts'
import { chooseUdpLayer } from '#core/udp/udp-layer.ts'
import { createMetrics } from '#core/metrics.ts'
import { DEFAULT_RADIUS_LIMITS } from '#core/radius-limits.ts'
import type { Role } from '#core/role.ts'
import type { Database } from '#db/connection.ts'
import { describe, expect, test } from 'vitest'
import { openTestDatabase } from '../test/support/database.ts'
import { foldJournal } from '../test/support/journal.ts'
import { seedHouse, testSeal } from '../test/support/house.ts'
import { createPortal } from './main.ts'
import { formAction, signedLink } from './portal-fixture.ts'

const HOST = '127.0.77.2'

/** The composed portal on a real database and a real port. */
async function startPortal(
  database: Database,
  port: number,
): Promise<{ portal: Role; url: string; metrics: ReturnType<typeof createMetrics> }> {
  const metrics = createMetrics()
  const nowhere = { host: HOST, port: 0 }
  const portal = createPortal({
    config: {
      databaseUrl: null,
      dataDir: '',
      trustedProxies: null,
      publicUrl: new URL(`http://${HOST}:${port}`),
      http: { host: HOST, port },
      metrics: nowhere,
      radius: nowhere,
      radiusAcct: nowhere,
      radiusEapFirst: 'ttls',
      radiusProcesses: 1,
      eapLayer: null,
      radiusCertificates: ['p256'],
      radiusLimits: DEFAULT_RADIUS_LIMITS,
      radsec: nowhere,
      dns: nowhere,
      dnsTls: null,
      dnsUpstream: [],
      dnsFilter: nowhere,
      udpLayer: null,
      demo: false,
      masterKey: null,
      directory: null,
      oidc: null,
      tracing: null,
      warnings: [],
    },
    database,
    seal: testSeal,
    log: silentLog,
    metrics,
    udp: chooseUdpLayer('dgram'),
    clock: Date.now,
    health: () => [],
  })
  await portal.start()
  return { portal, url: `http://${HOST}:${port}`, metrics }
}

const linkNow = (): string => signedLink({ t: String(Math.floor(Date.now() / 1000)) })

async function accept(url: string, action: string): Promise<Response> {
  return fetch(new URL(action, url), {
    method: 'POST',
    body: new URLSearchParams({ accept: 'yes' }),
    redirect: 'manual',
  })
}

describe('a guest at a place', () => {
  test('reads, accepts, and is in the database: acceptance, grant and connection', async () => {
    await using database = await openTestDatabase()
    await seedHouse(database)
    const { portal, url, metrics } = await startPortal(database.as('portal'), 18_193)
    try {
      expect(portal.ready()).toBeNull()
      const page = await (await fetch(url + linkNow())).text()
      expect(page).toContain('Soyez les bienvenus.')
      const answer = await accept(url, formAction(page))
      expect(answer.status).toBe(303)
      const last = await fetch(new URL(answer.headers.get('Location') ?? '', url))
      const lastPage = await last.text()

      const kept = /href="([^"]*device[^"]*)"/.exec(lastPage)?.[1]?.replaceAll('&amp;', '&') ?? ''
      expect(await (await fetch(new URL(kept, url))).text()).toContain('Centre Nation')

      const { sql } = database
      const [acceptance] = await sql`
        select code, mac::text, host(ip) as ip, gateway, site, network, terms_version, language, method
        from guest.acceptance`
      expect(acceptance).toMatchObject({
        mac: 'aa:bb:cc:dd:ee:ff',
        ip: '192.168.77.9',
        gateway: 'gw-0042',
        site: '75-0042',
        network: 'guest',
        terms_version: '2026-01',
        language: 'fr',
        method: 'generic',
      })
      expect(lastPage).toContain(String(acceptance?.['code']))
      const [grant] =
        await sql`select mac::text, until > now() + '29 days' as long from guest.access`
      expect(grant).toEqual({ mac: 'aa:bb:cc:dd:ee:ff', long: true })
      await foldJournal(database.as('jobs'))
      const connections = await sql`
        select mac::text, site, network, terms_version from log.connection`
      expect([...connections]).toEqual([
        { mac: 'aa:bb:cc:dd:ee:ff', site: '75-0042', network: 'guest', terms_version: '2026-01' },
      ])
      expect(await metrics.text()).toContain('accueil_portal_acceptances_total 1')
    } finally {
      await portal.stop()
    }
  })

  test('sees a change of the house without a restart', async () => {
    await using database = await openTestDatabase()
    await seedHouse(database)
    const { portal, url } = await startPortal(database.as('portal'), 18_194)
    try {
      await database.sql`update house.organisation set name = 'Les Voisins'`
      await database.sql`insert into house.legal_basis (id, text, starts_on) values ('d', 'Décret', '2020-01-01')`
      await expect.poll(async () => (await fetch(url)).text()).toContain('Les Voisins')
      await expect.poll(async () => (await fetch(`${url}/guest/notice`)).text()).toContain('Décret')
    } finally {
      await portal.stop()
    }
  })

  test('is told to wait when the database dies between reading and accepting', async () => {
    await using database = await openTestDatabase()
    await seedHouse(database)
    const its = database.as('portal')
    const { portal, url } = await startPortal(its, 18_195)
    try {
      const page = await (await fetch(url + linkNow())).text()
      await its.sql.end({ timeout: 1 })
      const answer = await accept(url, formAction(page))
      expect(answer.status).toBe(503)
      expect(await answer.text()).toContain('http-equiv="refresh"')
      expect((await fetch(url + linkNow())).status).toBe(200)
    } finally {
      await portal.stop()
    }
  })
})
