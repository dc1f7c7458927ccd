import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { serverName } from '#core/pki/server-name.ts'
import { makeKeyPair } from '#core/pki/keys.ts'
import { hashPassword } from '#core/password.ts'
import { createSeal } from '#core/seal.ts'
import type { Seal } from '#core/seal.ts'
import { openDatabase } from '#db/connection.ts'
import type { Database } from '#db/connection.ts'
import { ENROLMENT_LIMITS, enrolWithCertificate } from '#db/device-enrolment.ts'
import { startEmbedded } from '#db/embedded.ts'
import { residentBytes } from '../fuzz/udp-queue.ts'
import { must } from '../support/peers/process.ts'
import { createProduct } from '../support/peers/product.ts'
import type { Product } from '../support/peers/product.ts'
import { postgresUnder } from '../support/peers/run-folder.ts'
import type { RunFolder } from '../support/peers/run-folder.ts'
import { cpuSeconds } from './cpu.ts'
import type { EapLoad } from './eap-load.ts'
import { SECRET } from './radius.ts'
import type { Measure, Row } from './row.ts'

export interface CertificateCounts {
  readonly certificates: number
  readonly revoked: number
}

export const CERTIFICATE_COUNTS: CertificateCounts = { certificates: 5_000, revoked: 100_000 }
/** At once; each begins its next login when the one before is through. */
const DEVICES = 16
const WARM_UP = 500
const LOGINS = 2_000
const LOAD_MS = 600_000
/** Nobody logs in by it here. */
const QUICK = { memory: 64, passes: 1, parallelism: 1 }
/** The number of the certificate is looked up after the handshake, in the same way with either version. */
const VERSION = 'TLSv1.3'
/** A row is found by the number of the certificate, however many there are: what is below is more than noise. */
const GOAL = { goal: 1, least: 0.85 } as const

interface Issued {
  readonly certificates: number
  readonly seconds: number
  /** Of who signs, keys of the devices among it, and of Postgres. */
  readonly cpuSeconds: number
  readonly postgresCpuSeconds: number
}

export interface CertificateMeasures {
  readonly issued: Issued
  readonly row: Row
}

interface Device {
  readonly certPem: string
  readonly keyPem: string
}

/** 5,000 devices enrolled one after the other; EAP-TLS of some of them, with nothing revoked and with 100,000 revoked. */
export async function measureCertificates(
  folder: RunFolder,
  counts: CertificateCounts,
): Promise<CertificateMeasures> {
  await using product = await createProduct(folder, {
    upstream: '127.0.0.1:9',
    env: {
      // One gateway sends what a country would, and a device comes back at once.
      ACCUEIL_RADIUS_LIMITS:
        'gateway-packets=10000000,gateway-logins=1000000,device-logins=1000000',
    },
    roles: ['radius'],
  })
  await product.start()
  const file = folder.write(
    'certificates.yaml',
    JSON.stringify(declaration(await hashPassword('nobody types it', QUICK), counts.certificates)),
  )
  const applied = await product.command('apply', file)
  if (applied.code !== 0) throw new Error(`accueil apply:\n${applied.stdout}${applied.stderr}`)
  const { issued, devices } = await withDatabase(product, (database, seal) =>
    issue(database, seal, product, counts.certificates),
  )
  const before = await measure(product, devices)
  await withDatabase(product, (database) => revoke(database, counts.revoked))
  const after = await measure(product, devices)
  const work = `EAP-TLS, P-256, ${VERSION}, ${counts.revoked.toLocaleString('en')} revoked`
  const row: Row = { work, peer: 'accueil, none revoked', ...GOAL, ours: after, theirs: before }
  return { issued, row }
}

export function printIssued({
  certificates,
  seconds,
  cpuSeconds: own,
  postgresCpuSeconds,
}: Issued): void {
  const each = (time: number): string => `${((time / certificates) * 1000).toFixed(2)} ms`
  console.log(
    `${certificates.toLocaleString('en')} device certificates, each with its key, one after the other: ${seconds.toFixed(1)} s; for one ${each(seconds)}, of CPU ${each(own)} and ${each(postgresCpuSeconds)} of Postgres`,
  )
}

async function issue(
  database: Database,
  seal: Seal,
  product: Product,
  certificates: number,
): Promise<{ readonly issued: Issued; readonly devices: readonly Device[] }> {
  const devices: Device[] = []
  const postgres = postgresUnder(product.dataDir)
  const [began, ownBefore, postgresBefore] = [
    performance.now(),
    process.cpuUsage(),
    cpuSeconds(postgres),
  ]
  for (let i = 0; i < certificates; i += 1) {
    const { keyPem, publicKey } = await makeKeyPair('p256')
    const made = await enrolWithCertificate(database, seal, {
      owner: { account: accountOf(i), how: 'local', groups: ['staff'] },
      ...{ name: `Laptop ${i}`, kind: 'laptop', days: 395, actor: 'cli:bench', now: Date.now() },
      publicKey,
      status: () => ({ crl: 'http://wifi.example.org/1.crl', ocsp: 'http://wifi.example.org/o' }),
    })
    if (!made.ok) throw new Error(made.reason)
    const certPem = made.certificatePem + made.chainPem
    // Each of another person.
    if (i % ENROLMENT_LIMITS.devices === 0 && devices.length < DEVICES)
      devices.push({ certPem, keyPem })
  }
  const own = process.cpuUsage(ownBefore)
  return {
    issued: {
      certificates,
      seconds: (performance.now() - began) / 1000,
      cpuSeconds: (own.user + own.system) / 1e6,
      postgresCpuSeconds: cpuSeconds(postgres) - postgresBefore,
    },
    devices,
  }
}

/** As years of a large house would leave them: rows that count until the end of their certificates. */
async function revoke({ sql }: Database, count: number): Promise<void> {
  await sql.begin(async (transaction) => {
    await transaction`
      insert into staff.device (id, account, name, kind, how, groups, credential, generation,
        ends_at, revoked_at, revoked_by, revoked_why)
      select translate(lpad(to_hex(n), 16, 'z'), '01', 'xy'), ${accountOf(0)}, 'Laptop', 'laptop',
        'local', '{staff}', 'certificate', 1, now() + interval '300 days', now(), 'cli:bench', 'lost'
      from generate_series(1, ${count}) n`
    await transaction`
      insert into staff.device_certificate (serial, device, generation, ends_at)
      select upper('f' || md5(d.id)), d.id, 1, d.ends_at from staff.device d
      where d.revoked_by = 'cli:bench'`
    // Long ago: the trigger says that it was just now.
    await transaction`
      update staff.device set changed_at = now() - interval '1 day' where revoked_by = 'cli:bench'`
  })
}

/** At a server that was just started: it holds what there is now, and no more. */
async function measure(product: Product, devices: readonly Device[]): Promise<Measure> {
  await product.stop()
  await product.start()
  const { pid } = product.running()
  const load: EapLoad = {
    ...{ port: product.ports.radius, version: VERSION, isResumed: false, certificates: devices },
    ...{ devices: devices.length, warmUp: WARM_UP, logins: LOGINS, accounts: devices.length },
    caPem: readFileSync(join(product.dataDir, 'eap-ca.pem'), 'utf8'),
    serverName: serverName(new URL(product.portalUrl)),
    sigalgs: 'ECDSA+SHA256',
    servers: [pid],
  }
  const script = join(import.meta.dirname, 'eap-load.ts')
  const command = [process.execPath, script, JSON.stringify(load)]
  const measured = JSON.parse(await must(command, { timeoutMs: LOAD_MS })) as Measure
  return { ...measured, residentMiB: Math.round(residentBytes(pid) / 2 ** 20) }
}

async function withDatabase<T>(
  product: Product,
  use: (database: Database, seal: Seal) => Promise<T>,
): Promise<T> {
  const { url } = await startEmbedded({ dataDir: product.dataDir })
  const database = openDatabase(url, { applicationName: 'bench', max: 1 })
  const key = Buffer.from(readFileSync(join(product.dataDir, 'master.key'), 'utf8').trim(), 'hex')
  try {
    return await use(database, createSeal(key))
  } finally {
    await database.close()
  }
}

function accountOf(device: number): string {
  return `user${Math.floor(device / ENROLMENT_LIMITS.devices)}`
}

function declaration(hash: string, certificates: number): unknown {
  const gateway = { name: 'gw-0042', address: '127.0.0.1/32', secret: SECRET, kind: 'generic' }
  const people = Math.ceil(certificates / ENROLMENT_LIMITS.devices)
  return {
    version: 1,
    associations: [{ code: '75', name: 'Paris' }],
    sites: [
      {
        ...{ code: '75-0042', name: 'Bench', association: '75', gateways: [gateway] },
        networks: { staff: { subnets: ['192.168.78.0/24'], vlan: 20 } },
      },
    ],
    accounts: Array.from({ length: people }, (_, i) => ({
      ...{ username: `user${i}`, groups: ['staff'] },
      password: { argon2id: hash },
    })),
  }
}
