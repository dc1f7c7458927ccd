import { randomBytes } from 'node:crypto'
import postgres from 'postgres'
import { createProduct } from '../support/peers/product.ts'
import type { RunFolder } from '../support/peers/run-folder.ts'
import type { Ground } from './given.ts'
import { startPatroni } from './patroni-cluster.ts'
import type { PatroniCluster } from './patroni-cluster.ts'
import { declare } from './under-load.ts'

/** What it starts ends with `stack`. */
export async function openGround(folder: RunFolder, stack: AsyncDisposableStack): Promise<Ground> {
  const cluster = stack.use(await startPatroni(folder))
  console.log(`# three Postgres under Patroni; ${await cluster.leader()} leads`)
  const url = await createDatabase(cluster)
  const env = { DATABASE_URL: url, ACCUEIL_MASTER_KEY: randomBytes(32).toString('hex') }
  const shared = { upstream: '127.0.0.1:9', env }
  const first = stack.use(await createProduct(folder, shared))
  const second = stack.use(await createProduct(folder, shared))
  await first.start()
  await declare(first)
  await second.start()
  return { cluster, copies: [first, second], url, env }
}

async function createDatabase(cluster: PatroniCluster): Promise<string> {
  const password = randomBytes(16).toString('hex')
  const sql = postgres(cluster.url, { max: 1, onnotice: () => {} })
  await sql.unsafe(`create role accueil login createrole password '${password}'`)
  await sql.unsafe('create database accueil owner accueil')
  await sql.end()
  return `postgres://accueil:${password}@${new URL(cluster.url).host}/accueil`
}
