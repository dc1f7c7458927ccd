import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chooseUdpLayer } from '#core/udp/udp-layer.ts'
import { askOverUdp, wireQuery } from '../../dns-filter/testing/asking.ts'
import { summary } from '../../dns-filter/testing/oracle.ts'
import { freePort } from '../support/peers/free-ports.ts'
import { acceptTerms } from '../support/peers/guest.ts'
import { createProduct } from '../support/peers/product.ts'
import type { Product } from '../support/peers/product.ts'
import { createRunFolder, postgresUnder } from '../support/peers/run-folder.ts'
import { CONTRACT_FILES, temporaryFolder } from '../support/folder.ts'

const folder = createRunFolder()
// As a folder made by mktemp, or below /root: only its owner may pass.
const home = mkdtempSync(join(tmpdir(), 'accueil-home-'))
const dataDir = join(home, 'data')
let product: Product

beforeAll(async () => {
  product = await createProduct(folder, {
    upstream: '127.0.0.1:9',
    dataDir,
    env: { ACCUEIL_DEMO: undefined },
  })
  await product.start()
})

afterAll(async () => {
  await product[Symbol.asyncDispose]()
  folder.remove()
  rmSync(home, { recursive: true, force: true })
})

/** It has a checkpoint to write, for which nobody waits longer than 20 s. */
async function postgresIsGone(): Promise<void> {
  await expect.poll(() => postgresUnder(dataDir), { timeout: 60_000 }).toEqual([])
}

describe('npm start', () => {
  test('ends on a screen on which a newcomer can act', async () => {
    await product.running().printed(/Accueil is ready/)
    const screen = product.running().output()
    for (const line of [
      /http:\/\/\S+\/guest\?gateway=\S+&sig=/,
      /radclient -x/,
      /eapol_test -c/,
      /dig @/,
    ]) {
      expect(screen).toMatch(line)
    }
  })

  test('leads a guest from the address on its screen to an entry of the log', async () => {
    const [address = ''] = /http:\/\/\S+\/guest\?\S+/.exec(product.running().output()) ?? []
    expect((await acceptTerms(product.portalUrl, address)).status).toBe(303)
    const [row] = await product.searchLogs('--mac', '02-AC-C0-E1-00-01')
    expect(row).toMatchObject({ network: 'guest', ip: '192.168.77.9', stop: null, cause: null })
  })

  test('shows its metrics where operators look', async () => {
    const metrics = await fetch(`http://127.0.0.1:${product.ports.metrics}/metrics`)
    const text = await metrics.text()
    for (const part of ['radius', 'dns', 'portal', 'db']) expect(text).toContain(`accueil_${part}_`)
    const isNative = chooseUdpLayer(null).name === 'native'
    expect(text).toContain(`accueil_udp_native ${isNative ? 1 : 0}\n`)
  })

  test('is looked over by doctor, which fails for the one thing that is wrong and says which', async () => {
    const done = await product.command('doctor')
    expect(done.code).toBe(1)
    const wrong = done.stdout.split('\n').filter((line) => line.includes('wrong'))
    expect(wrong).toEqual([
      expect.stringMatching(/DNS upstream 127\.0\.0\.1:9: .*ACCUEIL_DNS_UPSTREAM/),
    ])
    expect(done.stdout).toContain('(used by the Accueil that runs here)')
    expect(done.stdout).toContain('UDP in batches')
    expect(done.stdout).toContain('1 to mend.')
  })

  test('after kill -9 of everything has its data again', async () => {
    await product.running().crash()
    for (const pid of postgresUnder(dataDir)) process.kill(pid, 'SIGKILL')
    await product.start()
    expect(await product.searchLogs('--mac', '02-AC-C0-E1-00-01')).toHaveLength(1)
  })

  test('joins the Postgres that a killed process left, and stops it at the end', async () => {
    await product.running().crash()
    const [before] = postgresUnder(dataDir)
    await product.start()
    expect(postgresUnder(dataDir)).toEqual([before])
    expect(await product.stop('SIGINT')).toEqual({ code: 0, signal: null })
    await postgresIsGone()
  })
})

describe('the role dns alone', () => {
  test('starts with a database that is away, and blocks what it blocked', async () => {
    await using filter = await createProduct(folder, {
      upstream: '127.0.0.1:9',
      dataDir,
      roles: ['dns'],
      env: {
        DATABASE_URL: `postgres://nobody@127.0.0.1:${await freePort()}/none`,
        ACCUEIL_MASTER_KEY: '00'.repeat(32),
        NODE_COMPILE_CACHE: join(home, 'compiled-anew'),
      },
    })
    await filter.launch().printed(/Accueil is ready/, 180_000)
    expect(filter.running().output()).toContain('database.away')
    // Nothing of this role was compiled before: it did that, and then started without what does.
    const environment = readFileSync(`/proc/${filter.running().pid}/environ`, 'utf8').split('\0')
    expect(environment).toContain('COMPILED_FOR_ACCUEIL=1')
    const query = wireQuery('www.casino.example')
    const answer = await askOverUdp(filter.ports.dns, query, 20_000)
    expect(answer === null ? null : summary(query, answer)).toMatchObject({ rcode: 'NXDOMAIN' })
  })
})

describe('a command', () => {
  test('without a running product starts the database for as long as it lasts', async () => {
    using house = temporaryFolder(CONTRACT_FILES)
    const first = await product.command('apply', house.file('house.yaml'))
    expect(first).toMatchObject({ code: 0, stdout: expect.stringContaining('+ terms 2026-01') })
    const again = await product.command('apply', house.file('house.yaml'))
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('Nothing to change.') })
    await postgresIsGone()
  })
})

describe('a start that cannot work', () => {
  async function refused(env: Readonly<Record<string, string>>, dir?: string): Promise<string> {
    const other = await createProduct(folder, {
      upstream: '127.0.0.1:9',
      env,
      ...(dir === undefined ? {} : { dataDir: dir }),
    })
    const done = await other.command('start')
    expect(done.code).toBe(1)
    expect(done.stderr).not.toMatch(/^\s+at /m)
    return done.stderr
  }

  test('names the wrong variable', async () => {
    expect(await refused({ ACCUEIL_RADIUS_LISTEN: 'nonsense' })).toContain(
      'ACCUEIL_RADIUS_LISTEN is not ADDRESS:PORT',
    )
  })

  test('names the data folder that is none', async () => {
    const file = join(folder.path, 'a-file')
    writeFileSync(file, '')
    expect(await refused({}, join(file, 'data'))).toContain('set ACCUEIL_DATA_DIR')
  })

  test('names the broken database', async () => {
    const broken = join(folder.path, 'broken')
    mkdirSync(join(broken, 'postgres'), { recursive: true })
    writeFileSync(join(broken, 'postgres', 'PG_VERSION'), '18\n')
    chmodSync(join(broken, 'postgres'), 0o700)
    const said = await refused({}, broken)
    expect(said).toContain('the embedded Postgres ended at once')
    expect(said).toContain('move the folder postgres beside it away')
  })
})
