import { join } from 'node:path'
import { openDatabase } from '#db/connection.ts'
import { startEmbedded } from '#db/embedded.ts'
import { startFreeRadius } from '../support/peers/freeradius.ts'
import type { FreeRadius } from '../support/peers/freeradius.ts'
import { freePort } from '../support/peers/free-ports.ts'
import { must } from '../support/peers/process.ts'
import type { Product } from '../support/peers/product.ts'
import { postgresUnder } from '../support/peers/run-folder.ts'
import type { RunFolder } from '../support/peers/run-folder.ts'
import { ATTRIBUTE, accessRequest, attribute } from '../support/peers/radius-packet.ts'
import { exchange } from '../support/peers/udp.ts'
import type { Load, LoadResult } from './radius-load.ts'
import type { Measure, Row } from './row.ts'

export const SECRET = 'testing123'
/** Ours keeps them under argon2id, FreeRADIUS in the clear in its users file. */
export const ACCOUNTS: readonly { readonly name: string; readonly password: string }[] = Array.from(
  { length: 20 },
  (_, i) => ({ name: `user${i}`, password: `password of user${i}` }),
)

const SECONDS = 5
const WARM_UP_SECONDS = 2
/** Whole rounds of the 256 identifiers of eight sockets. */
const PACKETS = 40 * 8 * 256

export interface RadiusUnderTest {
  readonly authPort: number
  readonly acctPort: number
  /** The server and its Postgres. */
  readonly pids: readonly number[]
}

export function oursUnderTest(product: Product): RadiusUnderTest {
  return {
    authPort: product.ports.radius,
    acctPort: product.ports.radiusAcct,
    pids: [product.running().pid, ...postgresUnder(product.dataDir)],
  }
}

/** Devices that accepted the terms: a large place's. */
export const DEVICES: readonly string[] = Array.from({ length: 1000 }, (_, i) =>
  (0x02_00_5e_20_00_00 + i).toString(16).padStart(12, '0'),
)

/** FreeRADIUS with the same accounts and devices, and accounting into a Postgres of its own. */
export async function startPeer(
  folder: RunFolder,
  usersIn: 'file' | 'sql' = 'file',
): Promise<FreeRadius & RadiusUnderTest> {
  const ports = { authPort: await freePort(), acctPort: await freePort() }
  const users = [...ACCOUNTS, ...DEVICES.map((name) => ({ name, password: name }))]
  const peer = await startFreeRadius(folder, { ...ports, secret: SECRET, users, usersIn })
  return { ...peer, pids: [peer.pid, ...postgresUnder(peer.dataDir)] }
}

const AUTHENTICATION = [
  { kind: 'pap', what: 'PAP' },
  { kind: 'mac', what: 'MAC authentication' },
] as const
const PEERS = [
  { usersIn: 'file', peer: 'FreeRADIUS, users file', goal: 3 },
  { usersIn: 'sql', peer: 'FreeRADIUS, rlm_sql', goal: 25 },
] as const

/** PAP and MAC authentication with Message-Authenticator, beside FreeRADIUS with a file and with Postgres. */
export async function authenticationRows(
  folder: RunFolder,
  product: Product,
): Promise<readonly Row[]> {
  const ours = oursUnderTest(product)
  await grantDevices(product)
  await everyoneOnce(ours.authPort)
  const loads = AUTHENTICATION.map(({ kind, what }) => ({
    what,
    load: { kind, outstanding: 200, packets: PACKETS } as const,
  }))
  const measured: Measure[] = []
  for (const { load } of loads) measured.push(await measureLoad(ours, load))
  const rows: Row[] = []
  for (const { usersIn, peer, goal } of PEERS) {
    await using server = await startPeer(folder, usersIn)
    await everyoneOnce(server.authPort)
    for (const [i, { what, load }] of loads.entries()) {
      const own = measured[i]
      if (own === undefined) continue
      const theirs = await measureLoad(server, load)
      rows.push({ work: `${what}, 200 outstanding`, peer, goal, ours: own, theirs })
    }
  }
  return rows
}

/** As an administrator would who had them all accept at once; the server hears of it as of any grant. */
export async function grantDevices(product: Product): Promise<void> {
  const { url } = await startEmbedded({ dataDir: product.dataDir })
  const database = openDatabase(url, { applicationName: 'bench', max: 1 })
  const until = new Date(Date.now() + 86_400_000)
  const rows = DEVICES.map((mac) => ({
    ...{ mac: mac.match(/../g)?.join('-').toUpperCase() ?? '', until, site: '75-0042' },
    terms_version: '2026-01',
  }))
  await database.sql`insert into guest.access ${database.sql(rows)} on conflict do nothing`
  await database.close()
}

/** Runs the load from a process of its own. Of accounting, `packets` must be more than the server answers in that time. */
export async function measureLoad(
  server: RadiusUnderTest,
  o: Pick<Load, 'kind' | 'outstanding' | 'packets'>,
): Promise<LoadResult> {
  const load: Load = {
    ...o,
    port: o.kind === 'accounting' ? server.acctPort : server.authPort,
    secret: SECRET,
    warmUpSeconds: WARM_UP_SECONDS,
    seconds: SECONDS,
    accounts: ACCOUNTS.length,
    devices: DEVICES,
    servers: server.pids,
  }
  const script = join(import.meta.dirname, 'radius-load.ts')
  const line = await must([process.execPath, script, JSON.stringify(load)])
  const result = JSON.parse(line) as LoadResult
  if (result.ranOut) console.log(`# ${o.kind}: the packets were used up after ${result.seconds} s`)
  return result
}

/** A first login costs ours an argon2 hash; measured is the day after, when devices come back. */
export async function everyoneOnce(port: number): Promise<void> {
  for (const [identifier, { name, password }] of ACCOUNTS.entries()) {
    const attributes = [attribute(ATTRIBUTE.userName, name)]
    const request = accessRequest({ identifier, secret: SECRET, attributes, password })
    const [reply] = await exchange(port, [request], 5000)
    if (reply === undefined) throw new Error(`${name} got no answer`)
  }
}
