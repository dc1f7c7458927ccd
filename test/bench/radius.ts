import { join } from 'node:path'
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
import type { Row } from './row.ts'

export const SECRET = 'testing123'
/** Ours keeps them under argon2id, FreeRADIUS in the clear in its users file. */
export const ACCOUNTS: readonly { readonly name: string; readonly password: string }[] = Array.from(
  { length: 20 },
  (_, i) => ({ name: `user${i}`, password: `password of user${i}` }),
)

const SECONDS = 5
const WARM_UP_SECONDS = 2
/** Whole rounds of the 256 identifiers of eight sockets. */
const PAP_PACKETS = 40 * 8 * 256

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

/** FreeRADIUS with the same accounts, and accounting into a Postgres of its own. */
export async function startPeer(folder: RunFolder): Promise<FreeRadius & RadiusUnderTest> {
  const ports = { authPort: await freePort(), acctPort: await freePort() }
  const peer = await startFreeRadius(folder, { ...ports, secret: SECRET, users: ACCOUNTS })
  return { ...peer, pids: [peer.pid, ...postgresUnder(peer.dataDir)] }
}

/** PAP with Message-Authenticator, beside FreeRADIUS. */
export async function papRow(product: Product, peer: RadiusUnderTest): Promise<Row> {
  const load = { kind: 'pap', outstanding: 200, packets: PAP_PACKETS } as const
  const ours = oursUnderTest(product)
  await everyoneOnce(ours.authPort)
  const measured = await measureLoad(ours, load)
  await everyoneOnce(peer.authPort)
  return {
    work: 'PAP, 200 outstanding',
    peer: 'FreeRADIUS, users file',
    ours: measured,
    theirs: await measureLoad(peer, load),
    notes: `${ACCOUNTS.length} accounts, each of which logged in once before.`,
  }
}

/** Runs the load from a process of its own. Of accounting, `packets` must be more than the server answers in that time. */
export async function measureLoad(
  server: RadiusUnderTest,
  o: Pick<Load, 'kind' | 'outstanding' | 'packets'>,
): Promise<LoadResult> {
  const load: Load = {
    ...o,
    port: o.kind === 'pap' ? server.authPort : server.acctPort,
    secret: SECRET,
    warmUpSeconds: WARM_UP_SECONDS,
    seconds: SECONDS,
    accounts: ACCOUNTS.length,
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
