import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { systemClock } from '#core/clock.ts'
import { readConfig } from '#core/config.ts'
import { silentLog } from '#core/log.ts'
import { createMetrics } from '#core/metrics.ts'
import { chooseUdpLayer } from '#core/udp/udp-layer.ts'
import { openDatabase } from '#db/connection.ts'
import { createDeviceKey, listDeviceKeys, revokeDeviceKey } from '#db/device-key-changes.ts'
import { openTestDatabase } from '../test/support/database.ts'
import { temporaryFolder } from '../test/support/folder.ts'
import { seedHouse, testSeal } from '../test/support/house.ts'
import { foldJournal } from '../test/support/journal.ts'
import { freePort } from '../test/support/peers/free-ports.ts'
import { ACCT_STATUS_TYPE, ATTRIBUTE, CODE } from './dictionary.ts'
import { createRadiusServer } from './main.ts'
import { digestRequest, randomRequest, readReply, revealSalted } from './testing/gateway.ts'
import type { Reply } from './testing/gateway.ts'
import { SSID, askByAddress } from './testing/wpa-device.ts'
import { soon } from '../test/support/soon.ts'

const TILL = '02-00-00-00-00-01'
const PASSPHRASE = 'n7kq-v3xd-2hbm-wt9e'

test('a key that is made opens within a moment, has its device, and opens nothing once revoked', async () => {
  await using database = await openTestDatabase()
  await seedHouse(database, testSeal)
  using folder = temporaryFolder()
  const [radius, acct, radsec] = [await freePort(), await freePort(), await freePort()]
  const read = readConfig({
    ACCUEIL_DATA_DIR: folder.path,
    ACCUEIL_RADIUS_LISTEN: `127.0.0.1:${radius}`,
    ACCUEIL_RADIUS_ACCT_LISTEN: `127.0.0.1:${acct}`,
    ACCUEIL_RADSEC_LISTEN: `127.0.0.1:${radsec}`,
    ACCUEIL_PUBLIC_URL: 'https://wifi.example.org',
  })
  if (!read.ok) throw new Error('the test environment is refused')
  const role = createRadiusServer({
    config: read.config,
    database: database.as('radius'),
    connect: (options) => openDatabase(database.url, { ...options, role: 'radius' }),
    seal: testSeal,
    log: silentLog,
    metrics: createMetrics(),
    clock: systemClock,
    udp: chooseUdpLayer(null),
  })
  const gateway = createSocket('udp4')
  let identifier = 0
  const exchange = async (port: number, request: Buffer): Promise<Reply> => {
    const answered = once(gateway, 'message')
    gateway.send(request, port, '127.0.0.1')
    const [bytes] = (await answered) as [Buffer]
    return readReply(bytes, request)
  }
  const join = async (): Promise<{ reply: Reply; passphrase: string | null }> => {
    identifier += 1
    const attributes = askByAddress(TILL)
    const request = randomRequest({ code: CODE['Access-Request'], identifier, attributes })
    const reply = await exchange(radius, request)
    const hidden = reply.first(ATTRIBUTE['Tunnel-Password'])?.subarray(1)
    return { reply, passphrase: hidden ? revealSalted(hidden, request).toString() : null }
  }
  await role.start()
  try {
    expect((await join()).reply.code).toBe(CODE['Access-Reject'])
    const key = {
      ...{ name: 'till-1', owner: 'alice', kind: 'till', groups: [], site: '75-0042' },
      ...{ association: null, ssid: SSID, mac: null, devices: 1, until: null },
      passphrase: PASSPHRASE,
    }
    await createDeviceKey(database, testSeal, key, 'cli:test')
    const { reply } = await soon(async () => {
      const joined = await join()
      expect(joined.passphrase).toBe(PASSPHRASE)
      return joined
    })
    const started = digestRequest({
      code: CODE['Accounting-Request'],
      identifier: 200,
      attributes: [
        [ATTRIBUTE['Acct-Status-Type'], ACCT_STATUS_TYPE.Start],
        [ATTRIBUTE['Acct-Session-Id'], 's1'],
        [ATTRIBUTE['User-Name'], '020000000001'],
        [ATTRIBUTE['Calling-Station-Id'], TILL],
        [ATTRIBUTE.Class, reply.first(ATTRIBUTE.Class) ?? ''],
      ],
    })
    await exchange(acct, started)
    await soon(async () => {
      const [listed] = await listDeviceKeys(database, null)
      expect(listed?.bound).toEqual(['02:00:00:00:00:01'])
    })
    // The log has the owner, though the gateway says the address.
    const jobs = database.as('jobs')
    await soon(async () => {
      await foldJournal(jobs)
      expect([...(await database.sql`select account, network from log.connection`)]).toEqual([
        { account: 'alice', network: 'staff' },
      ])
    })
    await revokeDeviceKey(database, 'till-1', 'cli:test', 'lost')
    await soon(async () => expect((await join()).passphrase).toBeNull())
    const asked = await database.sql`select mac::text, account from house.disconnect`
    expect([...asked]).toEqual([{ mac: '02:00:00:00:00:01', account: 'alice' }])
  } finally {
    gateway.close()
    await role.stop()
  }
})
