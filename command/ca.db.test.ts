import { X509Certificate, createPrivateKey } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { ensureGenerations } from '#db/own-authority.ts'
import { openTestDatabase } from '../test/support/database.ts'
import type { TestDatabase } from '../test/support/database.ts'
import { temporaryFolder } from '../test/support/folder.ts'
import { seedHouse, testSeal } from '../test/support/house.ts'
import { runCa } from './ca.ts'

const DAY_MS = 86_400_000
/** Of `testSeal`. */
const MASTER_KEY = Buffer.alloc(32, 7).toString('hex')

afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

/** What the command prints on this database. */
async function ca(database: TestDatabase, ...words: readonly string[]): Promise<string> {
  vi.stubEnv('DATABASE_URL', database.url)
  vi.stubEnv('ACCUEIL_MASTER_KEY', MASTER_KEY)
  const lines: string[] = []
  vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line))
  expect(await runCa(words)).toBe(0)
  return lines.join('\n')
}

describe('ca show', () => {
  test('says that there is none before the first start', async () => {
    await using database = await openTestDatabase()
    expect(await ca(database, 'show')).toContain('There is no certificate authority yet')
  })

  test('names each generation, its root, and until when the server shows which', async () => {
    await using database = await openTestDatabase()
    await ensureGenerations(database, testSeal, Date.now)
    await ca(database, 'rotate', '--server-from', '2040-01-01')
    const said = await ca(database, 'show')
    const rows = await database.sql<{ root_pem: string }[]>`
      select root_pem from staff.authority order by generation`
    expect(rows).toHaveLength(2)
    for (const { root_pem } of rows) {
      const root = new X509Certificate(root_pem)
      expect(said).toContain(root.fingerprint256)
      expect(said).toContain(`until ${root.validToDate.toISOString().slice(0, 10)}`)
    }
    expect(said).toMatch(/^1 {2}the server shows a certificate of it$/m)
    expect(said).toMatch(/^2 {2}the server goes over to it on 2040-01-01$/m)
    expect(said.match(/(root key|issuing) +of the house, sealed/g)).toHaveLength(4)
    expect(said.match(/devices +0/g)).toHaveLength(2)
    expect(said).not.toContain('PRIVATE KEY')
  })
})

describe('ca gateway', () => {
  test('writes key, certificate and roots, which fit each other and what is to be declared', async () => {
    await using database = await openTestDatabase()
    await seedHouse(database)
    await ensureGenerations(database, testSeal, Date.now)
    using folder = temporaryFolder()
    const out = join(folder.path, 'gw')
    const said = await ca(database, 'gateway', 'gw-0042', '--out', out)
    const read = (name: string): string => readFileSync(join(out, name), 'utf8')
    const certificate = new X509Certificate(read('radsec.pem'))
    expect(certificate.checkPrivateKey(createPrivateKey(read('radsec.key')))).toBe(true)
    // Nobody else on the machine reads it.
    expect(statSync(join(out, 'radsec.key')).mode & 0o077).toBe(0)
    const [, issuer = ''] = read('radsec.pem').split(/(?<=-----END CERTIFICATE-----\n)/)
    const issuing = new X509Certificate(issuer)
    expect(certificate.verify(issuing.publicKey)).toBe(true)
    expect(issuing.verify(new X509Certificate(read('radsec-roots.pem')).publicKey)).toBe(true)
    const sha256 = certificate.fingerprint256.replaceAll(':', '').toLowerCase()
    expect(said).toContain(`radsec: { certificate: "sha256:${sha256}" }`)
    expect(certificate.validToDate.getTime()).toBeGreaterThan(Date.now() + 30 * DAY_MS)
    const [line] = await database.sql`
      select subject, details ->> 'sha256' as sha256 from audit.entry
      where action = 'authority.gateway'`
    expect(line).toEqual({ subject: 'gw-0042', sha256 })
  })

  test('refuses a gateway that is not declared, and says what to do', async () => {
    await using database = await openTestDatabase()
    await ensureGenerations(database, testSeal, Date.now)
    using folder = temporaryFolder()
    await expect(ca(database, 'gateway', 'nobody', '--out', folder.path)).rejects.toThrow(
      'there is no gateway "nobody"; declare it, and apply',
    )
  })
})
