import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createSeal } from '#core/seal.ts'
import { openDatabase } from '#db/connection.ts'
import { startEmbedded } from '#db/embedded.ts'
import type { StoredCertificate } from '#db/certificates.ts'
import { serverName } from '#core/pki/server-name.ts'
import { loadServerCertificate } from '../../radius-server/eap/certificate-store.ts'
import { startFreeRadius } from '../support/peers/freeradius.ts'
import { freePort } from '../support/peers/free-ports.ts'
import { must } from '../support/peers/process.ts'
import type { Product } from '../support/peers/product.ts'
import type { RunFolder } from '../support/peers/run-folder.ts'
import type { EapLoad } from './eap-load.ts'
import { ACCOUNTS, SECRET, everyoneOnce, oursUnderTest } from './radius.ts'
import type { RadiusUnderTest } from './radius.ts'
import type { Measure, Row } from './row.ts'

/**
 * What is wanted, and below what something has broken. Two thirds of what a login takes is OpenSSL's
 * and the kernel's own, which is the same for both and much the same for a resumed one: a key exchange in
 * TLS 1.3 takes it as long as it takes TLS 1.2 to resume.
 */
const FULL = { goal: 1 / 0.7, least: 0.65 } as const
const RESUMED = {
  'TLSv1.2': { goal: 1 / 0.35, least: 1.4 },
  'TLSv1.3': { goal: 1 / 0.35, least: 1.1 },
} as const

const KINDS = [
  { kind: 'rsa', what: 'RSA-2048', sigalgs: 'rsa_pss_rsae_sha256:RSA+SHA256' },
  { kind: 'p256', what: 'P-256', sigalgs: 'ECDSA+SHA256' },
] as const
const VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const
/** At once; each begins its next login when the one before is through. */
const DEVICES = 16
const WARM_UP = 1500
const LOGINS = 3000

/** EAP-TTLS/PAP, full beside FreeRADIUS under the same certificate, resumed beside our own full one. */
export async function eapRows(folder: RunFolder, product: Product): Promise<readonly Row[]> {
  const ours = oursUnderTest(product)
  await everyoneOnce(ours.authPort)
  const rows: Row[] = []
  for (const { kind, what, sigalgs } of KINDS) {
    const certificate = await certificateOf(product, kind)
    const name = serverName(new URL(product.portalUrl))
    const about = { sigalgs, caPem: certificate.caPem, serverName: name }
    const ports = { authPort: await freePort(), acctPort: await freePort() }
    await using peer = await startFreeRadius(folder, {
      ...{ ...ports, secret: SECRET, users: ACCOUNTS, certificate },
    })
    const theirs: RadiusUnderTest = { ...ports, pids: [peer.pid] }
    for (const version of VERSIONS) {
      const work = `EAP-TTLS/PAP, ${what}, ${version}`
      const full = await measure(ours, { ...about, version, isResumed: false })
      rows.push({
        work,
        peer: 'FreeRADIUS, users file',
        ...FULL,
        ours: full,
        theirs: await measure(theirs, { ...about, version, isResumed: false }),
      })
      rows.push({
        work: `${work}, resumed`,
        peer: 'accueil, full',
        ...RESUMED[version],
        ours: await measure(ours, { ...about, version, isResumed: true }),
        theirs: full,
      })
    }
  }
  return rows
}

async function measure(
  server: RadiusUnderTest,
  o: Pick<EapLoad, 'version' | 'isResumed' | 'caPem' | 'serverName' | 'sigalgs'>,
): Promise<Measure> {
  const load: EapLoad = {
    ...o,
    port: server.authPort,
    devices: DEVICES,
    warmUp: WARM_UP,
    logins: LOGINS,
    accounts: ACCOUNTS.length,
    servers: server.pids,
  }
  const script = join(import.meta.dirname, 'eap-load.ts')
  return JSON.parse(await must([process.execPath, script, JSON.stringify(load)])) as Measure
}

/** The one that the product shows: the peer gets the same. */
async function certificateOf(product: Product, kind: 'rsa' | 'p256'): Promise<StoredCertificate> {
  const { url } = await startEmbedded({ dataDir: product.dataDir })
  const database = openDatabase(url, { applicationName: 'bench', max: 1 })
  const key = Buffer.from(readFileSync(join(product.dataDir, 'master.key'), 'utf8').trim(), 'hex')
  const deps = { database, seal: createSeal(key), clock: Date.now }
  try {
    return await loadServerCertificate(deps, new URL(product.portalUrl), kind)
  } finally {
    await database.close()
  }
}
