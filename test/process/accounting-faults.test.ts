import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDatabase } from '#db/connection.ts'
import type { Database } from '#db/connection.ts'
import { journalDepth } from '#db/journal.ts'
import { startEmbedded } from '#db/embedded.ts'
import { CONTRACT_FILES, temporaryFolder } from '../support/folder.ts'
import { startAccountingLoad } from '../support/peers/accounting-load.ts'
import type { AccountingLoad, LoadSession } from '../support/peers/accounting-load.ts'
import { eventually } from '../support/peers/process.ts'
import { createProduct } from '../support/peers/product.ts'
import type { Product } from '../support/peers/product.ts'
import { ATTRIBUTE, CODE, accessRequest, attribute } from '../support/peers/radius-packet.ts'
import { createRunFolder, postgresUnder } from '../support/peers/run-folder.ts'
import { exchange } from '../support/peers/udp.ts'

const SECRET = 'testing123'
const KILLS = Number(process.env['FAULT_KILLS'] ?? 3)
const STOPPED_MS = Number(process.env['FAULT_STOPPED_MS'] ?? 6000)
/** Who waits for Postgres or for what is lost waits for ever; who is only slow is here before. */
const LATE_MS = 40_000

const folder = createRunFolder()
let product: Product
let runs = 0

beforeAll(async () => {
  using house = temporaryFolder(CONTRACT_FILES)
  product = await createProduct(folder, { upstream: '127.0.0.1:9' })
  await product.start()
  const applied = await product.command('apply', house.file('house.yaml'))
  expect(applied.code, applied.stderr).toBe(0)
  // Also hashes bob's password once: what is measured below must not wait for that.
  await eventually('PAP is answered', answersPap, LATE_MS)
})

afterAll(async () => {
  await product[Symbol.asyncDispose]()
  folder.remove()
})

test(
  `after ${KILLS} times kill -9, half of them with Postgres killed before, every acknowledged packet is in the log once`,
  async () => {
    await using load = await startLoad()
    let found = 0
    for (let kill = 0; kill < KILLS; kill += 1) {
      const before = load.acknowledged
      await eventually('packets are acknowledged', () => load.acknowledged > before + 200, LATE_MS)
      if (kill % 2 === 1) {
        killPostgres('SIGKILL')
        await eventually('packets go to the spool', isSpooling, LATE_MS)
      }
      await product.running().crash()
      await product.start()
      if (product.running().output().includes('"radius.spool.found"')) found += 1
    }
    // Else the kills would have proved nothing of the spool.
    if (KILLS > 1) expect(found).toBeGreaterThan(0)
    await expectAllInLog(load)
    if (KILLS > 5)
      console.log(`# ${KILLS} kills, ${found} with a spool, ${load.acknowledged} acknowledged`)
  },
  240_000 + KILLS * 30_000,
)

test(
  'while Postgres is stopped, accounting goes to the spool and staff are signed in',
  async () => {
    await using load = await startLoad()
    await eventually('packets are acknowledged', () => load.acknowledged > 200, LATE_MS)
    const pids = postgresUnder(product.dataDir).flatMap((pid) => [pid, ...childrenOf(pid)])
    for (const pid of pids) process.kill(pid, 'SIGSTOP')
    try {
      const end = Date.now() + STOPPED_MS
      await sleep(2500)
      const { acknowledged } = load
      const waits: number[] = []
      while (Date.now() < end) {
        const asked = performance.now()
        expect(await answersPap(LATE_MS)).toBe(true)
        waits.push(performance.now() - asked)
        await sleep(500)
      }
      // The quickest: it would be as long for each if it was the database that is waited for.
      expect(Math.min(...waits)).toBeLessThan(5000)
      await eventually(
        'more is acknowledged',
        () => load.acknowledged > acknowledged + 100,
        LATE_MS,
      )
      const isSpooled = async (): Promise<boolean> =>
        (await metric('accueil_radius_spool_records')) > 1000
      await eventually('it is in the spool', isSpooled, LATE_MS)
    } finally {
      for (const pid of pids) process.kill(pid, 'SIGCONT')
    }
    await expectAllInLog(load)
  },
  240_000 + STOPPED_MS,
)

test('when Postgres is killed and when it is restarted, nothing that was acknowledged is lost', async () => {
  await using load = await startLoad()
  for (const signal of ['SIGKILL', 'SIGINT'] as const) {
    const before = load.acknowledged
    await eventually('packets are acknowledged', () => load.acknowledged > before + 200, LATE_MS)
    killPostgres(signal)
    await sleep(1000)
    expect(await answersPap(LATE_MS)).toBe(true)
    await product.ready()
  }
  await expectAllInLog(load)
  const output = product.running().output()
  expect(output).toContain('"radius.spool.drained"')
  expect(output).not.toContain('"log.fold.quarantined"')
  expect(output).not.toContain('"radius.spool.damaged"')
})

function startLoad(): Promise<AccountingLoad> {
  runs += 1
  const port = product.ports.radiusAcct
  return startAccountingLoad({ port, secret: SECRET, outstanding: 100, run: runs, perSecond: 600 })
}

/** Each packet was answered in the end, each session is one row, and the row says what was acknowledged. */
async function expectAllInLog(load: AccountingLoad): Promise<void> {
  expect(await load.finish(LATE_MS), 'every packet is answered in the end').toBe(true)
  const inSpool = (): Promise<boolean> =>
    metric('accueil_radius_spool_records').then((records) => records === 0)
  await eventually('the spool is empty', inSpool, LATE_MS)
  await eventually('the journal is empty', isFolded, LATE_MS)
  const rows = await readRows()
  const wrong = load.sessions.flatMap((session) => {
    const of = rows.get(session.mac) ?? []
    return of.length === 1 && saysOf(of[0]) === wanted(session)
      ? []
      : [`${session.mac} acknowledged ${session.acknowledged}: ${JSON.stringify(of)}`]
  })
  expect(load.sessions.length).toBeGreaterThan(100)
  expect(wrong).toEqual([])
}

interface Row {
  readonly mac: string
  readonly ip: string | null
  readonly isStopped: boolean
}

function saysOf(row: Row | undefined): string {
  return `${row?.ip ?? 'no address'} ${row?.isStopped === true ? 'stopped' : 'open'}`
}

function wanted({ ip, acknowledged }: LoadSession): string {
  return `${acknowledged < 2 ? 'no address' : ip} ${acknowledged === 3 ? 'stopped' : 'open'}`
}

async function isSpooling(): Promise<boolean> {
  return (await metric('accueil_radius_spool_records')) > 0
}

async function isFolded(): Promise<boolean> {
  return withPostgres(async (database) => (await journalDepth(database)).events === 0)
}

/** Asked of Postgres itself, past the product. */
async function readRows(): Promise<ReadonlyMap<string, readonly Row[]>> {
  return withPostgres(async ({ sql }) => {
    const rows = await sql<Row[]>`
      select mac::text, host(ipv4) as ip, stopped_at is not null as "isStopped"
      from log.connection`
    return Map.groupBy(rows, (row) => row.mac)
  })
}

async function withPostgres<T>(ask: (database: Database) => Promise<T>): Promise<T> {
  const { url } = await startEmbedded({ dataDir: product.dataDir })
  const database = openDatabase(url, { applicationName: 'test', max: 1 })
  try {
    return await ask(database)
  } finally {
    await database.close()
  }
}

async function answersPap(waitMs = 3000): Promise<boolean> {
  const request = accessRequest({
    identifier: Math.floor(Math.random() * 256),
    secret: SECRET,
    attributes: [attribute(ATTRIBUTE.userName, 'bob')],
    password: 'hello',
  })
  const [reply] = await exchange(product.ports.radius, [request], waitMs)
  return reply?.[0] === CODE.accessAccept
}

async function metric(name: string): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${product.ports.metrics}/metrics`)
  const text = await response.text()
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN)
}

function killPostgres(signal: NodeJS.Signals): void {
  for (const pid of postgresUnder(product.dataDir)) process.kill(pid, signal)
}

function childrenOf(pid: number): readonly number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
  return text === '' ? [] : text.split(' ').map(Number)
}
