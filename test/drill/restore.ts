import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { openDatabase } from '#db/connection.ts'
import { dayFromNow, fillDay } from '../support/sealed-log.ts'
import { must, repository, run as runCommand } from '../support/peers/process.ts'
import { createProduct } from '../support/peers/product.ts'
import type { Product } from '../support/peers/product.ts'
import type { RunFolder } from '../support/peers/run-folder.ts'
import { BACKUP_PEERS, startBackedUpPostgres } from './backed-up-postgres.ts'
import type { BackedUpPostgres } from './backed-up-postgres.ts'
import type { Drill } from './given.ts'
import { seconds } from './given.ts'
import { THROUGHOUT, declare, underLoad } from './under-load.ts'

const CLOSED_DAY = dayFromNow(-5)
const FAKETIME = '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1'

export const restore: Drill = {
  name: 'restore',
  broken: 'Postgres and its disk are lost; the backup is restored into an empty folder and proved',
  peers: [...BACKUP_PEERS, [FAKETIME, 'libfaketime']],
  async run({ folder, run }) {
    await must(['shellcheck', 'accueil-backup', 'accueil-restore'], {
      cwd: join(repository, 'deploy/backup'),
    })
    await using server = await startBackedUpPostgres(folder)
    const key = randomBytes(32).toString('hex')
    const env = { DATABASE_URL: server.url, ACCUEIL_MASTER_KEY: key }
    await using product = await createProduct(folder, { upstream: '127.0.0.1:9', env })
    await product.start()
    await declare(product)
    await sealADay(product, server.url)
    const sheets = folder.fresh('sheets')
    await said(
      product,
      'key',
      'split',
      '--shares',
      '5',
      '--threshold',
      '3',
      '--out',
      sheets,
      '--reason',
      'drill',
    )
    const report = await underLoad(
      {
        ...{ run, url: server.url, servers: [product], accountants: [product] },
        throughout: [...THROUGHOUT, 'acceptance'],
      },
      async () => {
        const began = performance.now()
        await server.script('postgres', ['accueil-backup', 'full'])
        return `backed up under load in ${seconds(began)}`
      },
    )
    // All is in Postgres now, and in the archive after this.
    const had = await keptIn(server.url)
    await server.script('postgres', ['accueil-backup', 'full'])
    await product.stop()
    await server.lose()
    const { took, found } = await restored(folder, server, await keyOf(product, sheets))
    const lost = had.filter((row) => !found.has(row))
    return {
      ...report,
      took: `${report.took}; restored and proved in ${took}; ${await oldOnesGo(server)}`,
      acknowledged: report.acknowledged,
      lost: [...report.lost, ...lost],
    }
  },
}

async function sealADay(product: Product, url: string): Promise<void> {
  const database = openDatabase(url, { applicationName: 'drill', max: 1 })
  try {
    await fillDay(database, CLOSED_DAY, 500)
  } finally {
    await database.close()
  }
  await said(product, 'logs', 'seal')
}

async function said(product: Product, ...command: readonly string[]): Promise<string> {
  const done = await product.command(...command)
  if (done.code !== 0) throw new Error(done.stdout + done.stderr)
  return done.stdout
}

/** The key itself is lost with the machine: three of five sheets make it again. */
async function keyOf(product: Product, sheets: string): Promise<string> {
  const three = [4, 1, 3].map((number) => join(sheets, `share-${number}-of-5.txt`))
  return (await said(product, 'key', 'join', ...three)).trim()
}

/** What must be there again: every connection and every acceptance, as it was. */
async function keptIn(url: string): Promise<readonly string[]> {
  const database = openDatabase(url, { applicationName: 'drill', max: 1 })
  try {
    const rows = await database.sql<{ row: string }[]>`
      select 'connection ' || (id, mac, ipv4, started_at, stopped_at)::text as row from log.connection
      union all select 'acceptance ' || (mac, at)::text from guest.acceptance
      union all select 'seal ' || s::text from log.seal s`
    return rows.map(({ row }) => row)
  } finally {
    await database.close()
  }
}

async function restored(
  folder: RunFolder,
  server: BackedUpPostgres,
  key: string,
): Promise<{ readonly took: string; readonly found: ReadonlySet<string> }> {
  const into = folder.fresh('restored')
  const accueil = folder.write(
    'accueil',
    `#!/bin/sh\nexec ${process.execPath} ${join(repository, 'main.ts')} "$@"\n`,
  )
  await must(['chmod', '755', accueil])
  const env = { ACCUEIL: accueil, ACCUEIL_MASTER_KEY: key, ACCUEIL_DATA_DIR: folder.fresh('data') }
  const began = performance.now()
  const said = await server.script('root', ['accueil-restore', into, '--keep'], env)
  const took = seconds(began)
  console.log(said.replaceAll(/^/gm, '  | ').trimEnd())
  if (!/^\d+ seals from/m.test(said) || !said.includes('The log is as it was sealed.')) {
    throw new Error('the sealed days were not verified')
  }
  const url = `postgres://accueil@localhost/accueil?host=${join(into, 'socket')}`
  try {
    return { took, found: new Set(await keptIn(url)) }
  } finally {
    await runCommand([
      ...['setpriv', '--reuid', 'postgres', '--regid', 'postgres', '--init-groups'],
      ...['/usr/lib/postgresql/15/bin/pg_ctl', '-D', join(into, 'data'), '-m', 'immediate', 'stop'],
    ])
  }
}

/** Three weeks later: what is past its time is gone, and the last one is never. */
async function oldOnesGo(server: BackedUpPostgres): Promise<string> {
  const labels = async (): Promise<readonly string[]> => {
    const [stanza] = JSON.parse(await server.pgbackrest(['--output=json', 'info'])) as [
      { backup: { label: string }[] },
    ]
    return stanza.backup.map(({ label }) => label)
  }
  const before = await labels()
  await server.pgbackrest(['expire'], { LD_PRELOAD: FAKETIME, FAKETIME: '+21d' })
  const after = await labels()
  if (after.length === 0 || after.length >= before.length) {
    throw new Error(`of ${before.join(' ')} there are ${after.join(' ')} three weeks later`)
  }
  return `${before.length} backups, ${after.length} three weeks later`
}
