import { Resolver } from 'node:dns/promises'
import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { systemClock } from '#core/clock.ts'
import { readConfig } from '#core/config.ts'
import { silentLog } from '#core/log.ts'
import { createMetrics } from '#core/metrics.ts'
import { chooseUdpLayer } from '#core/udp/udp-layer.ts'
import { rotateDnsToken } from '#db/dns-tokens.ts'
import { runPurge } from '#db/retention.ts'
import { listUnblockRequests, UNBLOCK_LIMITS } from '#db/unblock-requests.ts'
import { createDnsFilter } from '../dns-filter/main.ts'
import { createPortal } from '../portal/main.ts'
import { formAction } from '../portal/portal-fixture.ts'
import { openTestDatabase } from './support/database.ts'
import type { TestDatabase } from './support/database.ts'
import { temporaryFolder } from './support/folder.ts'
import { seedHouse, testSeal } from './support/house.ts'
import { freePort } from './support/peers/free-ports.ts'
import { soon } from './support/soon.ts'

interface Answer {
  readonly status: number
  readonly location: string
  readonly body: string
}

/** In the place; the portal, which asks the filter, is in none: it is known there by the place's token alone. */
const PHONE = '127.0.0.2'

/** As a device whose resolver gave it the portal's address for that name. */
function ask(port: number, host: string, path: string, form?: string): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const headers = { Host: host, 'Accept-Language': 'fr' }
  const sent = request(
    {
      host: '127.0.0.1',
      localAddress: PHONE,
      port,
      path,
      headers,
      method: form === undefined ? 'GET' : 'POST',
    },
    (response) => {
      const { statusCode: status = 0, headers: got } = response
      text(response).then((body) => resolve({ status, location: got.location ?? '', body }), reject)
    },
  )
  sent.once('error', reject)
  sent.end(form)
  return promise
}

/** A filter that is late makes another page: the person asks again. */
function askBlocked(port: number, host: string, path: string): Promise<Answer> {
  return soon(async () => {
    const answer = await ask(port, host, path)
    expect(answer.status).toBe(403)
    return answer
  }, 200)
}

interface OpenHouse extends AsyncDisposable {
  readonly http: number
  readonly dns: number
}

/** The filter and the portal of one house, each with its own role in the database. */
async function openHouse(database: TestDatabase): Promise<OpenHouse> {
  const [http, dns] = [await freePort(), await freePort()]
  const folder = temporaryFolder()
  const read = readConfig({
    ACCUEIL_DATA_DIR: folder.path,
    ACCUEIL_PUBLIC_URL: `http://wifi.example.org:${http}`,
    ACCUEIL_HTTP_LISTEN: `127.0.0.1:${http}`,
    ACCUEIL_DNS_LISTEN: `0.0.0.0:${dns}`,
    ACCUEIL_DNS_UPSTREAM: '127.0.0.1:9',
  })
  if (!read.ok) throw new Error(read.problems.join('\n'))
  const deps = {
    ...{ config: read.config, seal: testSeal, log: silentLog, clock: systemClock },
    udp: chooseUdpLayer('dgram'),
  }
  const filter = createDnsFilter({
    ...deps,
    database: database.as('dns'),
    metrics: createMetrics(),
  })
  const portal = createPortal({
    ...{ ...deps, database: database.as('portal'), metrics: createMetrics(), health: () => [] },
  })
  await filter.start()
  await portal.start()
  return {
    http,
    dns,
    async [Symbol.asyncDispose]() {
      await portal.stop()
      await filter.stop()
      folder[Symbol.dispose]()
    },
  }
}

test('a blocked page says why, by the filter itself, and a request reaches the administrator of the place without a trace of who asks', async () => {
  await using database = await openTestDatabase()
  await seedHouse(database)
  await database.sql`
    update house.network set subnets = array[${`${PHONE}/32`}::cidr] where kind = 'guest'`
  await database.sql`
    insert into house.rule (action, domain, site) values ('block', 'chess.example', '75-0042')`
  await using house = await openHouse(database)
  const { http } = house
  const byList = await askBlocked(http, 'www.bad.example', '/page')
  expect(byList.body).toContain('contenu pour adultes')
  const byRule = await askBlocked(http, 'chess.example', '/')
  expect(byRule.body.replaceAll(/<\/?bdi>/g, '')).toContain(
    'Les Restos a choisi de bloquer ce site.',
  )
  // Replaced, the token in force is another: the portal hears of it and goes on.
  await rotateDnsToken(database, { site: '75-0042', network: 'guest', device: null }, new Date())
  await database.sql`
    insert into house.rule (action, domain, site) values ('block', 'go.example', '75-0042')`
  await askBlocked(http, 'go.example', '/')
  const action = new URL(formAction(byRule.body).replaceAll('&amp;', '&'))
  const form = new URLSearchParams({ note: 'Pour le club du jeudi.' }).toString()
  for (let i = 0; i < 5; i += 1) {
    const sent = await ask(http, action.host, action.pathname + action.search, form)
    expect(sent.status).toBe(303)
    expect(sent.location).toBe('/guest/unblock/sent?lang=fr')
  }
  const operator = database.as('operator')
  const waiting = await listUnblockRequests(operator, { association: '75' })
  expect(waiting).toHaveLength(UNBLOCK_LIMITS.alike)
  expect(waiting[0]).toMatchObject({
    ...{ domain: 'chess.example', site: '75-0042', association: '75', network: 'guest' },
    ...{ cause: 'rule', category: null, note: 'Pour le club du jeudi.' },
  })
  expect(await listUnblockRequests(operator, { site: '13-0001' })).toEqual([])

  // Not the address it came from, nor any way back to it.
  const [row] = await database.sql`select to_jsonb(r)::text as all from house.unblock_request r`
  expect(String(row?.['all'])).not.toContain(PHONE)
  const { sql } = database.as('portal')
  await expect(sql`select domain from house.unblock_request`).rejects.toThrow(/denied/)

  const jobs = database.as('jobs')
  expect(await runPurge(jobs, Date.now(), 'test')).toMatchObject({ unblockRequests: 0 })
  await database.sql`
    update house.unblock_request set at = now() - interval '91 days' where id <= 2`
  expect(await runPurge(jobs, Date.now(), 'test')).toMatchObject({ unblockRequests: 2 })
})

test('where the answer is the page, the filter leads a blocked name to the portal, which says why; other names go on', async () => {
  await using database = await openTestDatabase()
  await seedHouse(database)
  await database.sql`
    update house.network set subnets = array[${`${PHONE}/32`}::cidr] where kind = 'guest'`
  await database.sql`
    insert into house.filter (
      position, hours, block, allow, trust, imposed, answer, answers, page, asked, addresses,
      private_names, internal, always)
    values (0, '{}', '{}', '{}', '{}', '{}', 'page', '{}', '{127.0.0.1}', false, '{}', '{}', '{}',
      '{}')`
  await using house = await openHouse(database)
  // The phone's own resolver, asking from its own address.
  const phone = new Resolver({ timeout: 20_000, tries: 1 })
  phone.setServers([`127.0.0.1:${house.dns}`])
  phone.setLocalAddress(PHONE)
  await soon(
    async () => expect(await phone.resolve4('www.bad.example')).toEqual(['127.0.0.1']),
    200,
  )
  // No address of another family that would lead elsewhere, and nothing of the upstream's.
  await expect(phone.resolve6('www.bad.example')).rejects.toThrow(/ENODATA/)
  await expect(phone.resolve4('good.example')).rejects.toThrow(/ESERVFAIL|ETIMEOUT/)

  const { body } = await askBlocked(house.http, 'www.bad.example', '/page?q=secret')
  expect(body).toContain('contenu pour adultes')
  expect(body).toMatch(/Code du blocage/)
  expect(body).toContain('nous n’ouvrons jamais une connexion chiffrée')
  expect(body).not.toContain('secret')
  const action = new URL(formAction(body).replaceAll('&amp;', '&'))
  const sent = await ask(house.http, action.host, action.pathname + action.search, 'note=')
  expect(sent.location).toBe('/guest/unblock/sent?lang=fr')
  const waiting = await listUnblockRequests(database.as('operator'), { association: '75' })
  expect(waiting).toMatchObject([{ domain: 'www.bad.example', site: '75-0042', cause: 'category' }])
})

test('no more is kept of one name and one place than anybody reads', async () => {
  await using database = await openTestDatabase()
  await seedHouse(database)
  const { sql } = database.as('portal')
  const keep = async (domain: string, site: string | null, alike = 2, all = 4) => {
    const [row] = await sql<{ kept: boolean }[]>`
      select house.ask_unblock(${domain}, ${site}, 'guest', 'rule', null, null, null,
        ${alike}, ${all}) as kept`
    return row?.kept
  }
  const kept: (boolean | undefined)[] = []
  for (const domain of [
    'a.example',
    'a.example',
    'a.example',
    'b.example',
    'c.example',
    'd.example',
  ])
    kept.push(await keep(domain, '75-0042'))
  expect(kept).toEqual([true, true, false, true, true, false])
  expect(await keep('a.example', null)).toBe(true)
})
