import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { systemClock } from '#core/clock.ts'
import { readConfig } from '#core/config.ts'
import { silentLog } from '#core/log.ts'
import { createMetrics } from '#core/metrics.ts'
import { chooseUdpLayer } from '#core/udp/udp-layer.ts'
import { openDatabase } from '#db/connection.ts'
import { settingsContext } from '#db/gateway-settings.ts'
import type { GatewayKind } from '#db/gateways.ts'
import { createPortal } from '../portal/main.ts'
import { formAction } from '../portal/portal-fixture.ts'
import { ATTRIBUTE, CODE } from '../radius-server/dictionary.ts'
import { createRadiusServer } from '../radius-server/main.ts'
import { readAsked, startDynamicGateway } from '../radius-server/testing/dynamic-gateway.ts'
import type { Asked } from '../radius-server/testing/dynamic-gateway.ts'
import { randomRequest } from '../radius-server/testing/gateway.ts'
import { openTestDatabase } from './support/database.ts'
import { temporaryFolder } from './support/folder.ts'
import { seedHouse, testSeal } from './support/house.ts'
import { freePort } from './support/peers/free-ports.ts'
import { eventually } from './support/peers/process.ts'
import { soon } from './support/soon.ts'

const SECRET = 'testing123'
const STATION = '02-AC-C0-E1-00-01'

/** A controller of that kind, as its manual says, between a phone, the RADIUS server and the portal. */
test.each([
  ['cisco', { captive: { acl: 'REDIRECT' } }, /url-redirect=(\S+)/, '26/9/1'],
  ['aruba', { captive: { role: 'guest-logon' } }, /^(\S+)$/, '26/14823/43'],
] as const)(
  'a phone at a controller of %s is led to the portal, accepts, and is let in when it is asked again',
  async (kind, settings, pattern, attribute) => {
    await using database = await openTestDatabase()
    await seedHouse(database)
    await using das = await startDynamicGateway(() => true, SECRET)
    await declare(database.sql, kind, settings, das.port)
    using folder = temporaryFolder()
    const [http, radius, acct, radsec] = await Promise.all([1, 2, 3, 4].map(() => freePort()))
    const read = readConfig({
      ACCUEIL_DATA_DIR: folder.path,
      ACCUEIL_PUBLIC_URL: `http://127.0.0.1:${http}`,
      ACCUEIL_HTTP_LISTEN: `127.0.0.1:${http}`,
      ACCUEIL_RADIUS_LISTEN: `127.0.0.1:${radius}`,
      ACCUEIL_RADIUS_ACCT_LISTEN: `127.0.0.1:${acct}`,
      ACCUEIL_RADSEC_LISTEN: `127.0.0.1:${radsec}`,
    })
    if (!read.ok) throw new Error('the test environment is refused')
    const deps = {
      config: read.config,
      seal: testSeal,
      log: silentLog,
      metrics: createMetrics(),
      clock: systemClock,
      udp: chooseUdpLayer('dgram'),
    }
    const roles = [
      createRadiusServer({
        ...deps,
        database: database.as('radius'),
        connect: (options) => openDatabase(database.url, { ...options, role: 'radius' }),
      }),
      createPortal({ ...deps, database: database.as('portal'), health: () => [] }),
    ]
    for (const role of roles) await role.start()
    try {
      const before = await acceptedByMac(radius ?? 0)
      const link = pattern.exec(before.texts.get(attribute) ?? '')?.[1] ?? ''
      const page = await (await fetch(`${link}redirect_url=http%3A%2F%2Fexample.com`)).text()
      const origin = new URL(link).origin
      const accepted = await fetch(new URL(formAction(page), origin), {
        method: 'POST',
        body: new URLSearchParams({ accept: 'yes' }),
        redirect: 'manual',
      })
      const waiting = new URL(accepted.headers.get('Location') ?? '', origin)
      expect(waiting.pathname).toBe('/guest/opening')

      const request = await eventually('the controller is told', () => das.asked[0])
      expect(request.texts.get('31')?.replaceAll(/[-:]/g, '').toLowerCase()).toBe('02acc0e10001')
      if (kind === 'cisco') {
        expect(request.code).toBe(CODE['CoA-Request'])
        expect(request.texts.get('26/9/1')).toContain('subscriber:command=reauthenticate')
      } else expect(request.code).toBe(CODE['Disconnect-Request'])

      const after = await acceptedByMac(radius ?? 0)
      expect(after.types).not.toContain(ATTRIBUTE['Vendor-Specific'])
      const last = await eventually('the waiting page goes on', async () => {
        const answer = await fetch(waiting, { redirect: 'manual' })
        return answer.headers.get('Location')
      })
      expect(last).toMatch(/^\/guest\/connected\?receipt=/)
    } finally {
      for (const role of roles) await role.stop()
    }
  },
)

async function declare(
  sql: Awaited<ReturnType<typeof openTestDatabase>>['sql'],
  kind: GatewayKind,
  settings: object,
  port: number,
): Promise<void> {
  await sql`
    update house.gateway set kind = ${kind}, coa_port = ${port}, vendor = ${kind}
    where name = 'gw-0042'`
  const captive = kind === 'cisco' ? 'REDIRECT' : 'guest-logon'
  const sealed = testSeal.seal(JSON.stringify(settings), settingsContext('gw-0042'))
  await sql`
    insert into house.gateway_settings (gateway, settings, captive, revokes)
    values ('gw-0042', ${sealed}, ${captive}, false)`
}

/** A database that is late with the grants makes a reject, and the controller asks again. */
function acceptedByMac(port: number): Promise<Asked> {
  return soon(async () => {
    const answer = await askByMac(port)
    expect(answer.code).toBe(CODE['Access-Accept'])
    return answer
  })
}

/** MAC authentication, as such controllers dress it. */
async function askByMac(port: number): Promise<Asked> {
  const socket = createSocket('udp4')
  try {
    const answered = once(socket, 'message')
    const request = randomRequest({
      code: CODE['Access-Request'],
      attributes: [
        [ATTRIBUTE['User-Name'], '02acc0e10001'],
        [ATTRIBUTE['User-Password'], '02acc0e10001'],
        [ATTRIBUTE['Calling-Station-Id'], STATION],
        [ATTRIBUTE['Service-Type'], 10],
      ],
    })
    socket.send(request, port, '127.0.0.1')
    const [reply] = (await answered) as [Buffer]
    return readAsked(reply)
  } finally {
    socket.close()
  }
}
