import { randomBytes } from 'node:crypto'
import postgres from 'postgres'
import { providePeers } from '../interop/packages.ts'
import { CONTRACT_FILES, temporaryFolder } from '../support/folder.ts'
import { acceptTerms, signedPath } from '../support/peers/guest.ts'
import { sweepNamespaces } from '../support/peers/namespaces.ts'
import { createProduct } from '../support/peers/product.ts'
import type { Product } from '../support/peers/product.ts'
import { createRunFolder, endProcesses, sweepLeftovers } from '../support/peers/run-folder.ts'
import { DRILLS } from './drill.ts'
import { startPatroni } from './patroni-cluster.ts'
import type { PatroniCluster } from './patroni-cluster.ts'
import { startPeople } from './people.ts'
import type { Kind, People } from './people.ts'
import { balanceOf } from './proof.ts'

/**
 * `npm run drill`: breaks what carries the house while people use it, and prints what they felt and what
 * was lost. Words of the command line choose drills by what is broken: `npm run drill -- leader`.
 */
const PEERS: Parameters<typeof providePeers>[0] = [
  ['ip', 'iproute2'],
  ['/usr/lib/postgresql/15/bin/postgres', 'postgresql-15'],
  ['patroni', 'patroni'],
  ['etcd', 'etcd-server'],
  ['haproxy', 'haproxy'],
]
const KNOWN = '06-00-5E-00-00-01'
/** What goes on without the database: nobody may feel more than a packet sent again. */
const THROUGHOUT: readonly Kind[] = ['staff login', 'known device', 'name']

if (process.getuid?.() !== 0) {
  console.error('this drill makes network namespaces and disks: run it as root')
  process.exit(2)
}
const words = process.argv.slice(2)
const wanted = DRILLS.filter(
  ({ broken }) => words.length === 0 || words.some((word) => broken.includes(word)),
)
if (wanted.length === 0) {
  console.error(
    `no such drill; there are:\n${DRILLS.map(({ broken }) => `  ${broken}`).join('\n')}`,
  )
  process.exit(2)
}

sweepLeftovers()
await sweepNamespaces()
const folder = createRunFolder()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => void cleanUp().finally(() => process.exit(130)))
}
let failed = 0
try {
  await providePeers(PEERS)
  await drillAll()
} catch (thrown) {
  failed += 1
  console.log(textOf(thrown))
} finally {
  await cleanUp()
}
console.log(`${wanted.length - Math.min(failed, wanted.length)} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1

async function drillAll(): Promise<void> {
  await using cluster = await startPatroni(folder)
  console.log(`# three Postgres under Patroni; ${await cluster.leader()} leads`)
  const url = await createDatabase(cluster)
  const shared = {
    upstream: '127.0.0.1:9',
    env: { DATABASE_URL: url, ACCUEIL_MASTER_KEY: randomBytes(32).toString('hex') },
  }
  await using first = await createProduct(folder, shared)
  await using second = await createProduct(folder, shared)
  const copies = [first, second] as const
  await first.start()
  await declare(first)
  await second.start()
  for (const [run, drill] of wanted.entries()) {
    const began = Date.now()
    try {
      await using people = await startPeople({ servers: copies, run: run + 1, known: KNOWN })
      // So that the drill does not begin with the first login of all.
      await settled(people)
      const took = await drill.run({ cluster, copies }, people)
      const { acknowledged, lost } = await balanceOf(people, copies, url)
      const unserved = THROUGHOUT.filter((kind) => people.felt[kind].failed > 0)
      if (lost.length > 0 || unserved.length > 0) failed += 1
      console.log(
        `\n${lost.length > 0 || unserved.length > 0 ? 'NOT OK ' : 'ok     '}${drill.broken}`,
      )
      console.log(`  how long   ${took}`)
      for (const [kind, { asked, failed: not, worstMs }] of Object.entries(people.felt)) {
        const longest = (worstMs / 1000).toFixed(1)
        console.log(
          `  felt       ${kind}: ${asked} asked, ${not} not served, the longest wait ${longest} s`,
        )
      }
      console.log(`  lost       ${lost.length} of ${acknowledged} that were acknowledged`)
      if (lost.length > 0) console.log(`             ${lost.slice(0, 10).join(' ')}`)
    } catch (thrown) {
      failed += 1
      console.log(`\nNOT OK ${drill.broken}\n${textOf(thrown)}`)
      for (const name of ['pg1', 'pg2', 'pg3']) {
        console.log(`--- Patroni of ${name}\n${cluster.said(name).slice(-1500)}`)
      }
    }
    console.log(`  (${((Date.now() - began) / 1000).toFixed(0)} s with load and proof)`)
  }
}

async function createDatabase(cluster: PatroniCluster): Promise<string> {
  const password = randomBytes(16).toString('hex')
  const sql = postgres(cluster.url, { max: 1, onnotice: () => {} })
  await sql.unsafe(`create role accueil login createrole password '${password}'`)
  await sql.unsafe('create database accueil owner accueil')
  await sql.end()
  return `postgres://accueil:${password}@${new URL(cluster.url).host}/accueil`
}

async function declare(product: Product): Promise<void> {
  using files = temporaryFolder(CONTRACT_FILES)
  const applied = await product.command('apply', files.file('house.yaml'))
  if (applied.code !== 0) throw new Error(applied.stdout + applied.stderr)
  await product.ready()
  const asked = { gateway: 'gw-0042', secret: 'testing123', mac: KNOWN, ip: '192.168.77.8' }
  await acceptTerms(product.portalUrl, signedPath(asked))
}

async function settled(people: People): Promise<void> {
  const enough = (): boolean =>
    people.accounting.acknowledged > 100 &&
    people.accepted.length > 2 &&
    THROUGHOUT.every((kind) => people.felt[kind].asked > 5)
  for (const end = Date.now() + 120_000; !enough();) {
    if (Date.now() > end) throw new Error(`people are not served: ${JSON.stringify(people.felt)}`)
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  for (const felt of Object.values(people.felt))
    Object.assign(felt, { asked: 0, failed: 0, worstMs: 0 })
}

function textOf(thrown: unknown): string {
  return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)
}

async function cleanUp(): Promise<void> {
  endProcesses(folder.path)
  await sweepNamespaces()
  if (failed === 0) folder.remove()
  else console.log(`# the logs are in ${folder.path}`)
}
