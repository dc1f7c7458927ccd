import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { openDatabase } from '#db/connection.ts'
import { createProduct } from '../support/peers/product.ts'
import type { Product } from '../support/peers/product.ts'
import type { Drill } from './given.ts'
import { seconds } from './given.ts'
import { POSTGRES_PEER, startDebianPostgres } from './debian-postgres.ts'
import { previousVersion } from './previous-version.ts'
import type { PreviousVersion } from './previous-version.ts'
import { THROUGHOUT, declare, underLoad } from './under-load.ts'

const BESIDE_MS = 10_000

/** The version before and this one beside each other on the migrated schema, and back. */
export const upgrade: Drill = {
  name: 'upgrade',
  broken:
    'the version before is upgraded under load, one copy after the other, and one goes back and comes again',
  peers: [POSTGRES_PEER],
  async run({ folder, run }) {
    const before = await previousVersion(folder)
    await using server = await startDebianPostgres(folder)
    const env = { DATABASE_URL: server.url, ACCUEIL_MASTER_KEY: randomBytes(32).toString('hex') }
    const shared = { upstream: '127.0.0.1:9', env }
    await using stack = new AsyncDisposableStack()
    const old = async (): Promise<Product> =>
      stack.use(await createProduct(folder, { ...shared, program: before.program }))
    const first = await old()
    const second = await old()
    await first.start()
    await declare(first)
    await second.start()
    const [first2, second2] = [
      stack.use(await createProduct(folder, { ...shared, insteadOf: first })),
      stack.use(await createProduct(folder, { ...shared, insteadOf: second })),
    ]
    return await underLoad(
      {
        ...{ run, servers: [first, second], accountants: [first2, second2], url: server.url },
        throughout: [...THROUGHOUT, 'acceptance'],
      },
      async () => {
        await checkChangesNothing(first2, server.url)
        const migrated = await migrate(first2)
        // Both of the version before, on what the new one made of the database.
        await sleep(BESIDE_MS)
        const took = [await replace(first, first2)]
        await sleep(BESIDE_MS)
        took.push(await back(first2, first, before))
        await sleep(BESIDE_MS)
        if (first.running().alive()) took.push(await replace(first, first2))
        took.push(await replace(second, second2))
        return `from ${before.name}: migrated in ${migrated}; replaced, and ${before.mayComeBack ? 'back' : 'not back (that version cannot)'}: ${took.join(', ')}`
      },
    )
  },
}

async function checkChangesNothing(product: Product, url: string): Promise<void> {
  const database = openDatabase(url, { applicationName: 'drill', max: 1 })
  const { sql } = database
  try {
    const steps = (): Promise<readonly unknown[]> =>
      sql`select name from public.kysely_migration order by name`
    const had = (await steps()).length
    const checked = await product.command('upgrade', '--check')
    if (checked.code !== 0) throw new Error(`upgrade --check:\n${checked.stdout}${checked.stderr}`)
    console.log(checked.stdout.replaceAll(/^/gm, '  | ').trimEnd())
    if (!/version before go on meanwhile|of this version already/.test(checked.stdout)) {
      throw new Error('the version before would not go on beside this one')
    }
    if ((await steps()).length !== had) throw new Error('upgrade --check changed the database')
  } finally {
    await database.close()
  }
}

async function migrate(product: Product): Promise<string> {
  const began = performance.now()
  const done = await product.command('migrate')
  if (done.code !== 0) throw new Error(done.stdout + done.stderr)
  return seconds(began)
}

async function replace(gone: Product, next: Product): Promise<string> {
  const began = performance.now()
  const { code } = await gone.stop()
  if (code !== 0) throw new Error(`it ended with ${code}:\n${gone.running().output()}`)
  await next.start()
  return seconds(began)
}

/** A version from before steps were written down says that it cannot, and the new one goes on. */
async function back(from: Product, to: Product, before: PreviousVersion): Promise<string> {
  if (before.mayComeBack) return replace(from, to)
  const began = performance.now()
  await from.stop()
  const refused = await to.launch().exited
  if (refused.code !== 1 || !to.running().output().includes('newer version of Accueil')) {
    throw new Error(`it should have been refused:\n${to.running().output()}`)
  }
  await from.start()
  return seconds(began)
}
