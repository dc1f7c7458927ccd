import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openDatabase } from '#db/connection.ts'
import { startEmbedded } from '#db/embedded.ts'
import { dig } from '../support/peers/dig.ts'
import type { DnsAnswer } from '../support/peers/dig.ts'
import { eventually } from '../support/peers/process.ts'
import { createProduct } from '../support/peers/product.ts'
import { startRelay } from '../support/postgres-relay.ts'
import type { Scenario } from './scenario.ts'

/** With dnsmasq's `add-cpe-id`. */
const TOKEN_OPTION = 65_074
const WITHIN_MS = 60_000

/** The role dns by itself on a small box, with a login of its own and a line to the centre that is cut. */
export async function smallBox(scenario: Scenario): Promise<void> {
  const { product: centre, folder, upstream, test } = scenario
  const { url } = await startEmbedded({ dataDir: centre.dataDir })
  const database = openDatabase(url, { applicationName: 'small box', max: 1 })
  await database.sql`create role box login password 'box' in role accueil_dns`
  await using relay = await startRelay(url)
  await relay.open()
  const line = new URL(relay.url)
  line.username = 'box'
  line.password = 'box'
  await using box = await createProduct(folder, {
    ...{ upstream, roles: ['dns'] },
    env: {
      DATABASE_URL: line.href,
      ACCUEIL_MASTER_KEY: readFileSync(join(centre.dataDir, 'master.key'), 'utf8').trim(),
    },
  })
  const { dns } = box.ports
  const token = (await centre.command('dns', 'token', '75-0042')).stdout.trim()
  const ask = (name: string): Promise<DnsAnswer> =>
    dig(dns, `+ednsopt=${TOKEN_OPTION}:${Buffer.from(token).toString('hex')}`, name)
  const becomes = (name: string, status: string): Promise<unknown> =>
    eventually(`${name} is ${status}`, async () => (await ask(name)).status === status, WITHIN_MS)
  const rule = async (...words: readonly string[]): Promise<void> => {
    const done = await centre.command('rules', ...words, '--site', '75-0042')
    assert.equal(done.code, 0, done.stderr)
  }

  await test('a small box follows the centre: its lists, and the rules of the place by its token', async () => {
    await box.start()
    await becomes('bad.example', 'NXDOMAIN')
    assert.equal((await ask('www.example.com')).status, 'NOERROR')
    await rule('block', 'www.example.com')
    await becomes('www.example.com', 'NXDOMAIN')
    await rule('remove', 'www.example.com')
    await becomes('www.example.com', 'NOERROR')
  })
  await test('with the line cut it blocks and resolves, and says that only the database is away', async () => {
    relay.cut()
    assert.equal((await ask('a.bad.example')).status, 'NXDOMAIN')
    assert.equal((await ask('alias.example.com')).status, 'NOERROR')
    const there = await fetch(`http://127.0.0.1:${box.ports.metrics}/readyz?exclude=database`)
    assert.equal(there.status, 200, await there.text())
  })
  await test('started anew without the line it blocks as before, for the place too', async () => {
    await rule('block', 'www.example.com')
    await box.stop()
    // Not `ready`: the database is away, and stays so.
    await box.launch().printed(/Accueil is ready/, WITHIN_MS)
    assert.equal((await ask('a.bad.example')).status, 'NXDOMAIN')
    assert.equal((await ask('www.example.com')).status, 'NOERROR')
  })
  await test('when the line is back what was changed meanwhile arrives: a rule and a list', async () => {
    const file = folder.write('later.txt', 'big.example.com\n')
    const added = await centre.command(
      'lists',
      'add',
      'later',
      '--file',
      file,
      '--network',
      'guest',
    )
    assert.equal(added.code, 0, added.stderr)
    assert.equal((await ask('big.example.com')).status, 'NOERROR')
    await relay.open()
    await becomes('www.example.com', 'NXDOMAIN')
    await becomes('big.example.com', 'NXDOMAIN')
  })
  await test('and how much was filtered without it is written, of the place, without a name', async () => {
    await box.stop()
    const rows = await database.sql<{ category: string | null; queries: number }[]>`
      select category, sum(queries)::int as queries from house.filter_count
      where site = '75-0042' and network = 'guest' group by category`
    const counted = new Map(rows.map(({ category, queries }) => [category, queries]))
    assert.ok((counted.get('adult') ?? 0) >= 1, JSON.stringify(rows))
  })
  await centre.command('lists', 'remove', 'later')
  await rule('remove', 'www.example.com')
  await database.sql`drop role box`
  await database.close()
}
