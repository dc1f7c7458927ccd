import { randomBytes } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { systemClock } from '#core/clock.ts'
import { readConfig } from '#core/config.ts'
import { silentLog } from '#core/log.ts'
import { chooseUdpLayer } from '#core/udp/udp-layer.ts'
import { createMetrics } from '#core/metrics.ts'
import { otlpRequest } from '#core/tracing/otlp.ts'
import type { EndedSpan } from '#core/tracing/span.ts'
import { createSpans } from '#core/tracing/spans.ts'
import { openDatabase } from '#db/connection.ts'
import type { Database } from '#db/connection.ts'
import type { PartDeps } from '#db/part.ts'
import { createDnsFilter } from '../dns-filter/main.ts'
import { askOverTcp, askOverUdp, wireQuery } from '../dns-filter/testing/asking.ts'
import { answerTo, startUpstream } from '../dns-filter/testing/scripted-upstream.ts'
import { createPortal } from '../portal/main.ts'
import { FAS_KEY, fasLink, formAction, signedLink } from '../portal/portal-fixture.ts'
import { ACCT_STATUS_TYPE, ATTRIBUTE, CODE } from '../radius-server/dictionary.ts'
import { createRadiusServer } from '../radius-server/main.ts'
import { digestRequest, randomRequest } from '../radius-server/testing/gateway.ts'
import type { Sent } from '../radius-server/testing/gateway.ts'
import { openTestDatabase } from './support/database.ts'
import { temporaryFolder } from './support/folder.ts'
import { seedHouse, testSeal } from './support/house.ts'
import { foldJournal } from './support/journal.ts'
import { freePort } from './support/peers/free-ports.ts'
import { soon } from './support/soon.ts'

/** In every name, URL and destination that is planted, and nowhere else. */
const PLANTED = 'planted'
const DESTINATION = '198.51.100.77'

/** Every row of every table and view as text, one a line. */
async function dump({ sql }: Database): Promise<string> {
  const tables = await sql<{ schema: string; name: string }[]>`
    select n.nspname as schema, c.relname as name
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ('house', 'staff', 'guest', 'log', 'audit') and c.relkind in ('r', 'p', 'v')
      and not c.relispartition`
  const lines: string[] = []
  for (const { schema, name } of tables) {
    const rows = await sql<{ line: string }[]>`
      select row_to_json(t)::text as line from ${sql(schema)}.${sql(name)} t`
    lines.push(...rows.map(({ line }) => `${schema}.${name} ${line}`))
  }
  return lines.join('\n')
}

test('no name looked up, no URL and no destination is in any table or trace, whichever way it comes', async () => {
  await using database = await openTestDatabase()
  await seedHouse(database)
  await database.kysely
    .insertInto('house.gateway')
    .values({
      name: 'nds-0042',
      site: '75-0042',
      address: '127.0.0.2/32',
      secret: testSeal.seal('testing123', 'gateway:nds-0042'),
      kind: 'opennds',
      fas_level: 1,
      fas_key: testSeal.seal(FAS_KEY, 'fas:nds-0042'),
    })
    .execute()
  using folder = temporaryFolder()
  await using upstream = await startUpstream({ udp: (query) => [{ bytes: answerTo(query) }] })
  const ended: EndedSpan[] = []
  const spans = createSpans({
    emit: (span) => void ended.push(span),
    ...{ share: 1, clock: systemClock, random: randomBytes },
  })
  const deps = { ...(await depsFor(database, folder.path, upstream.address)), spans }
  const roles = [
    createRadiusServer({
      ...deps,
      database: database.as('radius'),
      connect: (options) => openDatabase(database.url, { ...options, role: 'radius' }),
    }),
    createPortal({ ...deps, database: database.as('portal'), health: () => [] }),
    createDnsFilter({ ...deps, database: database.as('dns') }),
  ]
  for (const role of roles) await role.start()
  try {
    await lookUp(deps.config.dns.port)
    await visitPortal(deps.config.publicUrl)
    await account(deps.config.radiusAcct.port)
    await logIn(deps.config.radius.port)
    // What was late at the journal comes by the spool, while there is somebody who brings it.
    await soon(async () =>
      expect(await deps.metrics.text()).toMatch(/^accueil_radius_spool_records 0$/m),
    )
  } finally {
    for (const role of roles) await role.stop()
  }

  // As it waits for the log, and as the log has it.
  expect(plantedIn(await dump(database))).toEqual([])
  await foldJournal(database.as('jobs'))
  const text = await dump(database)
  // What the law asks for is there: it is the right database, and all of it.
  for (const kept of ['aa:bb:cc:dd:ee:ff', '02:00:00:00:00:01', '192.168.78.9', 'bob@realm']) {
    expect(text).toContain(kept)
  }
  expect(text.match(/^log\.connection /gm)).toHaveLength(5)
  expect(plantedIn(text)).toEqual([])

  // Traces say what took how long, and of nobody.
  expect(new Set(ended.map(({ name }) => name))).toEqual(
    new Set([
      'dns upstream',
      'dns upstream try',
      'portal request',
      'radius login',
      'radius vouching',
    ]),
  )
  const told = otlpRequest(ended, {}, '1').toLowerCase()
  expect(plantedIn(told)).toEqual([])
  for (const ofSomebody of ['bob', '02-00-00', '02:00:00', 'aa:bb:cc', '192.168.7', '127.0.0.1"']) {
    expect(told).not.toContain(ofSomebody)
  }
  expect(told).toContain('"/guest"')
})

function plantedIn(text: string): readonly string[] {
  return text
    .split('\n')
    .filter((line) => line.toLowerCase().includes(PLANTED) || line.includes(DESTINATION))
}

async function depsFor(
  database: Database,
  dataDir: string,
  upstream: { host: string; port: number },
): Promise<PartDeps> {
  const [http, radius, acct, radsec, dns] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
  ]
  const read = readConfig({
    ACCUEIL_DATA_DIR: dataDir,
    ACCUEIL_PUBLIC_URL: `http://127.0.0.1:${http}`,
    ACCUEIL_HTTP_LISTEN: `127.0.0.1:${http}`,
    ACCUEIL_RADIUS_LISTEN: `127.0.0.1:${radius}`,
    ACCUEIL_RADIUS_ACCT_LISTEN: `127.0.0.1:${acct}`,
    ACCUEIL_RADSEC_LISTEN: `127.0.0.1:${radsec}`,
    ACCUEIL_DNS_LISTEN: `127.0.0.1:${dns}`,
    ACCUEIL_DNS_UPSTREAM: `${upstream.host}:${upstream.port}`,
  })
  if (!read.ok) throw new Error('the test environment is refused')
  return {
    config: read.config,
    database,
    seal: testSeal,
    log: silentLog,
    metrics: createMetrics(),
    clock: systemClock,
    udp: chooseUdpLayer(null),
  }
}

/** Answered, blocked and badly formed names. */
async function lookUp(port: number): Promise<void> {
  for (const name of [`www.${PLANTED}.example`, `${PLANTED}.bad.example`, `_x.${PLANTED}`]) {
    expect(await askOverUdp(port, wireQuery(name, { edns: true }), 20_000)).not.toBeNull()
    expect(await askOverTcp(port, wireQuery(name))).not.toBeNull()
  }
}

async function visitPortal(portal: URL): Promise<void> {
  const headers = {
    'User-Agent': `browser/${PLANTED}`,
    Referer: `https://${PLANTED}.example/page`,
    Cookie: `seen=${PLANTED}`,
  }
  const now = String(Math.floor(Date.now() / 1000))
  const wanted = encodeURIComponent(`http://${PLANTED}.example/?q=${PLANTED}`)
  const arrivals = [
    `${signedLink({ t: now })}&url=${wanted}`,
    fasLink({ originurl: wanted, clientmac: '02:00:00:00:00:99', clientip: '192.168.77.99' }),
  ]
  for (const arrival of arrivals) {
    const page = await (await fetch(new URL(arrival, portal), { headers })).text()
    const accepted = await fetch(new URL(formAction(page), portal), {
      method: 'POST',
      headers,
      body: new URLSearchParams({ accept: 'yes', url: `https://${PLANTED}.example/` }),
      redirect: 'manual',
    })
    expect(accepted.status).toBeLessThan(400)
  }
  // A check of connectivity that was led here, and a page that is not there.
  await fetch(new URL(`/${PLANTED}.example/generate_204`, portal), { headers })
  await fetch(portal, { headers: { ...headers, Host: `${PLANTED}.example` } })
}

/** A right password and a wrong one, by names that nobody may find in a trace. */
async function logIn(port: number): Promise<void> {
  const socket = createSocket('udp4')
  try {
    for (const [name, password] of [
      ['bob', 'hello'],
      [`bob@${PLANTED}.example`, PLANTED],
    ] as const) {
      const answered = once(socket, 'message')
      const request = randomRequest({
        code: CODE['Access-Request'],
        attributes: [
          [ATTRIBUTE['User-Name'], name],
          [ATTRIBUTE['User-Password'], password],
          [ATTRIBUTE['Calling-Station-Id'], '02-00-00-00-00-01'],
        ],
      })
      socket.send(request, port, '127.0.0.1')
      await answered
    }
  } finally {
    socket.close()
  }
}

async function account(port: number): Promise<void> {
  const sessions: readonly (readonly Sent[])[] = [
    // The identity of a member of staff is asked for by the law, its realm is a part of it.
    [[ATTRIBUTE['User-Name'], 'bob@realm.example']],
    [[ATTRIBUTE['User-Name'], `http://www.${PLANTED}.example/`]],
    [[ATTRIBUTE['User-Name'], '02-00-00-00-00-01']],
  ]
  for (const [i, more] of sessions.entries()) {
    for (const status of [ACCT_STATUS_TYPE.Start, ACCT_STATUS_TYPE['Interim-Update']]) {
      const gateway = createSocket('udp4')
      const answered = once(gateway, 'message')
      const request = digestRequest({
        code: CODE['Accounting-Request'],
        identifier: i * 10 + status,
        attributes: [
          [ATTRIBUTE['Acct-Status-Type'], status],
          [ATTRIBUTE['Acct-Session-Id'], `https://${PLANTED}.example/${i}`],
          [ATTRIBUTE['Calling-Station-Id'], '02-00-00-00-00-01'],
          [ATTRIBUTE['Framed-IP-Address'], Buffer.from([192, 168, 78, 9])],
          ...more,
          ...elsewhere(),
        ],
      })
      gateway.send(request, port, '127.0.0.1')
      await answered
      gateway.close()
    }
  }
}

/** Attributes that name where someone goes, or could: some gateways send them with accounting. */
function elsewhere(): readonly Sent[] {
  const text = `http://${PLANTED}.example/`
  const vendor = Buffer.alloc(6)
  vendor.writeUInt32BE(14_122) // WISPr
  vendor.writeUInt8(4, 4) // WISPr-Redirection-URL
  vendor.writeUInt8(2 + text.length, 5)
  return [
    [11, text], // Filter-Id
    [14, Buffer.from(DESTINATION.split('.').map(Number))], // Login-IP-Host
    [18, text], // Reply-Message
    [22, `${DESTINATION}/32`], // Framed-Route
    [30, `AA-BB-CC-DD-EE-FF:${PLANTED}.example`], // Called-Station-Id
    [31, `02-00-00-00-00-01 ${text}`], // Calling-Station-Id, the second
    [44, text], // Acct-Session-Id, the second
    [87, text], // NAS-Port-Id
    [26, Buffer.concat([vendor, Buffer.from(text)])],
  ]
}
