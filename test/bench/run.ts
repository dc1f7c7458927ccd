import { writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { BENCH_PEERS, providePeers } from '../interop/packages.ts'
import { createProduct } from '../support/peers/product.ts'
import { createRunFolder, endProcesses, sweepLeftovers } from '../support/peers/run-folder.ts'
import { blockedNameRow, blockedNames } from './blocked-name.ts'
import { adminProblems, measureAdmin, printAdmin } from './admin/admin.ts'
import { filteringMissed, filteringRows } from './filtering.ts'
import { accountingRow } from './accounting.ts'
import { CERTIFICATE_COUNTS, measureCertificates, printIssued } from './certificates.ts'
import { eapRows } from './eap.ts'
import { measurePages, printAcceptances } from './pages.ts'
import type { PageMeasures } from './pages.ts'
import { measurePublishing, printPublishing } from './publishing.ts'
import { ACCOUNTS, SECRET, authenticationRows, startPeer } from './radius.ts'
import { missedRows, perCpuSecond, printRows, ratiosOf } from './row.ts'
import type { Row } from './row.ts'
import { slowDirectoryRows } from './slow-directory.ts'
import { WHOLE_COUNTRY, printStorms, runStorms, stormProblems } from './storm.ts'
import { YEAR_ROWS, measureYear, printYear } from './year/year.ts'

/**
 * `npm run bench [-- --million] [--only=pap,eap,accounting,names,directory,pages,year,storm,filtering,publishing,certificates,admin]`: this project beside
 * its peers, in one run, on this machine. The year is a small one, unless `--year [--rows=130000000]` asks for
 * it alone. The storm is ours alone, and only on request.
 */
const isYear = process.argv.includes('--year')
const only = isYear ? 'year' : valueOf('only')
const isAsked = (row: string): boolean => only === undefined || only.split(',').includes(row)
const yearRows = Number(valueOf('rows') ?? (isYear ? YEAR_ROWS.whole : YEAR_ROWS.small))
const nameCount = process.argv.includes('--million') ? 1_000_000 : 100_000

const filteringCounts = (valueOf('names') ?? '1000000,5000000').split(',').map(Number)
const certificateCounts = {
  certificates: Number(valueOf('issued') ?? CERTIFICATE_COUNTS.certificates),
  revoked: Number(valueOf('revoked') ?? CERTIFICATE_COUNTS.revoked),
}
/** Rows that have the machine to themselves. */
const ALONE: ReadonlySet<string> = new Set([
  'year',
  'storm',
  'filtering',
  'publishing',
  'certificates',
  'admin',
])

const also: { pages: PageMeasures | null } = { pages: null }

sweepLeftovers()
const folder = createRunFolder()
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    endProcesses(folder.path)
    process.exit(130)
  })
}
try {
  await providePeers(BENCH_PEERS)
  const rows: Row[] = ALONE.has(only ?? '') ? [] : await measureAll()
  const filtering = only === 'filtering' ? await measureFiltering() : []
  rows.push(...filtering)
  const certificates =
    only === 'certificates' ? await measureCertificates(folder, certificateCounts) : null
  if (certificates !== null) rows.push(certificates.row)
  if (rows.length > 0) printRows(rows)
  if (certificates !== null) printIssued(certificates.issued)
  if (also.pages !== null) printAcceptances(also.pages)
  const publishing = only === 'publishing' ? await measurePublishing(folder) : null
  if (publishing !== null) printPublishing(publishing)
  const storms = only === 'storm' ? await runStorms(folder, WHOLE_COUNTRY) : null
  if (storms !== null) printStorms(storms)
  const admin = only === 'admin' ? await measureAdmin(folder, yearRows) : null
  if (admin !== null) printAdmin(admin)
  const year = isAsked('year') ? await measureYear(folder, yearRows) : null
  if (year !== null) printYear(year)
  const file = join(import.meta.dirname, 'result.json')
  writeFileSync(
    file,
    `${JSON.stringify({ ...report(rows), acceptances: also.pages?.acceptances ?? null, year, storms, publishing, issued: certificates?.issued ?? null, admin }, null, 2)}\n`,
  )
  console.log(`written to ${file}`)
  const storm = storms?.flatMap(stormProblems) ?? []
  const missed = [
    ...missedRows(rows),
    ...filteringMissed(filtering),
    ...(also.pages?.missed ?? []),
    ...(publishing?.missed ?? []),
    ...(year?.missed ?? []),
    ...storm,
    ...(admin === null ? [] : adminProblems(admin)),
  ]
  for (const sentence of missed) console.log(`missed: ${sentence}`)
  if (missed.length > 0) process.exitCode = 1
} finally {
  endProcesses(folder.path)
  folder.remove()
}

function valueOf(name: string): string | undefined {
  const prefix = `--${name}=`
  return process.argv.find((arg) => arg.startsWith(prefix))?.slice(prefix.length)
}

async function measureFiltering(): Promise<readonly Row[]> {
  const rows: Row[] = []
  for (const count of filteringCounts) rows.push(...(await filteringRows(folder, count)))
  return rows
}

async function measureAll(): Promise<Row[]> {
  const names = blockedNames(nameCount)
  folder.write('blocked.txt', names.map((name) => `${name}\n`).join(''))
  const terms = { version: '2026-01', effective: '2026-01-01', text: { en: './terms.md' } }
  folder.write('terms.md', '# Terms of use\n\nFor the bench.\n')
  // JSON is YAML: what is declared is data here, not a text to read.
  const house = folder.write('house.yaml', JSON.stringify(declaration(terms)))
  await using product = await createProduct(folder, {
    upstream: '127.0.0.1:9',
    env: {
      // One gateway sends what a country would, and a device comes back at once.
      ACCUEIL_RADIUS_LIMITS:
        'gateway-packets=10000000,gateway-logins=1000000,device-logins=1000000',
      ACCUEIL_RADIUS_CERTIFICATES: 'p256,rsa',
    },
  })
  await product.start()
  const began = Date.now()
  const applied = await product.command('apply', house)
  if (applied.code !== 0) throw new Error(`accueil apply:\n${applied.stdout}${applied.stderr}`)
  await product.ready()
  console.log(
    `# ${nameCount} names and ${ACCOUNTS.length} accounts applied in ${Date.now() - began} ms`,
  )
  const rows: Row[] = []
  if (isAsked('pap')) rows.push(...(await authenticationRows(folder, product)))
  if (isAsked('eap')) rows.push(...(await eapRows(folder, product)))
  if (isAsked('accounting')) {
    await using peer = await startPeer(folder)
    for (const outstanding of [200, 20]) {
      rows.push(await accountingRow(product, peer, outstanding))
    }
  }
  if (isAsked('names')) rows.push(await blockedNameRow(folder, product, names))
  // Last: it takes the local accounts away.
  if (isAsked('pages')) {
    also.pages = await measurePages(folder, product)
    rows.push(also.pages.row)
  }
  if (isAsked('directory')) rows.push(...(await slowDirectoryRows(folder, product)))
  return rows
}

function declaration(terms: unknown): unknown {
  const networks = {
    guest: { subnets: ['192.168.77.0/24'], grant: '30d' },
    staff: { subnets: ['192.168.78.0/24'], vlan: 20 },
  }
  const gateway = { name: 'gw-0042', address: '127.0.0.1/32', secret: SECRET, kind: 'generic' }
  const timezone = 'Europe/Paris'
  return {
    version: 1,
    organisation: { name: 'Bench', contact: 'wifi@example.org', colour: '#336699' },
    associations: [{ code: '75', name: 'Paris' }],
    sites: [
      {
        code: '75-0042',
        name: 'Bench',
        association: '75',
        timezone,
        networks,
        gateways: [gateway],
      },
    ],
    terms: [terms],
    lists: [{ name: 'bench', category: 'bench', file: './blocked.txt', block: ['guest', 'staff'] }],
    accounts: ACCOUNTS.map(({ name, password }) => ({
      username: name,
      password,
      groups: ['staff'],
    })),
  }
}

function report(rows: readonly Row[]): object {
  return {
    at: new Date().toISOString(),
    machine: { cpu: cpus()[0]?.model, cores: cpus().length, memory: totalmem() },
    rows: rows.map((row) => ({
      ...row,
      oursPerCpuSecond: perCpuSecond(row.ours),
      theirsPerCpuSecond: perCpuSecond(row.theirs),
      ratio: ratiosOf(row),
    })),
  }
}
