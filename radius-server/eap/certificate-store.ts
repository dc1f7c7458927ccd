import type { Clock } from '#core/clock.ts'
import { makeRoot } from '#core/pki/authorities.ts'
import type { KeyKind } from '#core/pki/keys.ts'
import { makeServer } from '#core/pki/leaves.ts'
import { serverName } from '#core/pki/server-name.ts'
import type { Seal } from '#core/seal.ts'
import { getOrCreateCertificate } from '#db/certificates.ts'
import type { StoredCertificate } from '#db/certificates.ts'
import type { Database } from '#db/connection.ts'
import {
  ensureGenerations,
  loadServerSigner,
  rootsOf,
  servingGeneration,
} from '#db/own-authority.ts'
import type { Generation } from '#db/own-authority.ts'

const RSA_CA = 'radius-ca-rsa'
/** Two roots must not have one name: a device that trusts both finds the issuer by it. */
const RSA_CA_NAME = 'Accueil RADIUS CA RSA'
const SERVER_NAMES = { p256: 'radius-server', rsa: 'radius-server-rsa' } as const

/** A new certificate each year, while the one before is still good for more than another. */
const PERIOD_MS = 365 * 86_400_000

/**
 * What says which certificates are those for now. It changes with the year, with the authority that serves, and when
 * somebody sets the clock: then they are to be loaded again.
 */
export function certificatesDue(generations: readonly Generation[], now: number): string {
  return `${periodOf(now)} ${servingGeneration(generations, now)?.generation ?? 0}`
}

function periodOf(now: number): number {
  return Math.floor(now / PERIOD_MS)
}

/**
 * From when on one that is made now counts: not from now, which a clock that is ahead for a minute may say. The fleet
 * keeps it for all of its year.
 */
function countsFrom(now: number): number {
  return periodOf(now) * PERIOD_MS
}

interface Deps {
  readonly database: Database
  readonly seal: Seal
  readonly clock: Clock
}

/** The certificate of this fleet for now: all of its machines come to the same name, so to the same row. */
export function loadServerCertificate(
  deps: Deps,
  publicUrl: URL,
  kind: KeyKind,
): Promise<StoredCertificate> {
  const dnsName = serverName(publicUrl)
  const name = `${SERVER_NAMES[kind]} ${dnsName} ${periodOf(deps.clock())}`
  return kind === 'rsa' ? loadRsa(deps, dnsName, name) : loadOwn(deps, dnsName, name)
}

async function loadOwn(deps: Deps, dnsName: string, name: string): Promise<StoredCertificate> {
  const { database, seal, clock } = deps
  const generations = await ensureGenerations(database, seal, clock)
  const serving = servingGeneration(generations, clock())
  if (serving === undefined) throw new Error('there is no certificate authority')
  const { generation } = serving
  const caPem = rootsOf(generations, clock()).join('')
  // The first has none behind its name: what was made before there were generations is its.
  const row = generation === 1 ? name : `${name} of ${generation}`
  const shown = await getOrCreateCertificate(database, seal, row, async () => {
    const { by, chainPem } = await loadServerSigner(database, seal, serving)
    const { pem, keyPem } = await makeServer(by, dnsName, countsFrom(clock()), 'p256')
    // The root stays out: devices have it, and it would cost the flight another fragment.
    return { chainPem: pem + chainPem, keyPem, caPem: serving.rootPem }
  })
  return { ...shown, caPem }
}

/** Under a root of its own, for devices that know no elliptic curves. */
async function loadRsa(deps: Deps, dnsName: string, name: string): Promise<StoredCertificate> {
  const { database, seal, clock } = deps
  const ca = await getOrCreateCertificate(database, seal, RSA_CA, async () => {
    const { certificatePem, keyPem } = await makeRoot(RSA_CA_NAME, 'rsa', clock())
    return { chainPem: certificatePem, caPem: certificatePem, keyPem }
  })
  return getOrCreateCertificate(database, seal, name, async () => {
    const by = { certificatePem: ca.caPem, keyPem: ca.keyPem }
    const { pem, keyPem } = await makeServer(by, dnsName, countsFrom(clock()), 'rsa')
    return { chainPem: pem, keyPem, caPem: ca.caPem }
  })
}
