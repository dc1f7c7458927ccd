import { join } from 'node:path'
import { startFreeRadius } from '../support/peers/freeradius.ts'
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

const OUTSTANDING = 200
const SECONDS = 5
const WARM_UP_SECONDS = 2
/** What no server here reaches; making them takes a few seconds, outside the measured time. */
const PACKETS = { pap: 500_000, accounting: 300_000 } as const

interface Server {
  readonly authPort: number
  readonly acctPort: number
  readonly pids: readonly number[]
}

/** PAP with Message-Authenticator and accounting into Postgres, beside FreeRADIUS. */
export async function radiusRows(folder: RunFolder, product: Product): Promise<readonly Row[]> {
  const ours: Server = {
    authPort: product.ports.radius,
    acctPort: product.ports.radiusAcct,
    pids: [product.running().pid, ...postgresUnder(product.dataDir)],
  }
  const oursPap = await measure('pap', ours)
  const oursAccounting = await measure('accounting', ours)

  const ports = { authPort: await freePort(), acctPort: await freePort() }
  const options = { ...ports, secret: SECRET, users: ACCOUNTS }
  await using peer = await startFreeRadius(folder, options)
  const theirs: Server = { ...ports, pids: [peer.pid, ...postgresUnder(peer.dataDir)] }
  return [
    {
      work: 'PAP, 200 outstanding',
      peer: 'FreeRADIUS, users file',
      ours: oursPap,
      theirs: await measure('pap', theirs),
      notes: `${ACCOUNTS.length} accounts, each of which logged in once before.`,
    },
    {
      work: 'accounting, 200 outstanding',
      peer: 'FreeRADIUS, rlm_sql',
      ours: oursAccounting,
      theirs: await measure('accounting', theirs),
      notes: 'CPU of the server and of its Postgres (the same binaries, fsync on).',
    },
  ]
}

async function measure(kind: Load['kind'], server: Server): Promise<Measure> {
  const load: Load = {
    kind,
    port: kind === 'pap' ? server.authPort : server.acctPort,
    secret: SECRET,
    outstanding: OUTSTANDING,
    warmUpSeconds: WARM_UP_SECONDS,
    seconds: SECONDS,
    packets: PACKETS[kind],
    accounts: ACCOUNTS.length,
    servers: server.pids,
  }
  if (kind === 'pap') await everyoneOnce(server.authPort)
  const script = join(import.meta.dirname, 'radius-load.ts')
  const line = await must([process.execPath, script, JSON.stringify(load)])
  const result = JSON.parse(line) as LoadResult
  if (result.ranOut) console.log(`# ${kind}: the packets were used up after ${result.seconds} s`)
  return result
}

/** A first login costs ours an argon2 hash; measured is the day after, when devices come back. */
async function everyoneOnce(port: number): Promise<void> {
  for (const [identifier, { name, password }] of ACCOUNTS.entries()) {
    const attributes = [attribute(ATTRIBUTE.userName, name)]
    const request = accessRequest({ identifier, secret: SECRET, attributes, password })
    const [reply] = await exchange(port, [request], 5000)
    if (reply === undefined) throw new Error(`${name} got no answer`)
  }
}
