import { X509Certificate } from 'node:crypto'
import type { DetailedPeerCertificate, TLSSocket } from 'node:tls'
import { hexOf, serialOf } from '#db/authorities.ts'
import type { Authority } from '#db/authorities.ts'
import type { Gateway } from '#db/gateways.ts'

/** What the other end of a connection has proved to be. */
export type Proof =
  | {
      readonly by: 'certificate'
      readonly sha256: string
      readonly serial: string
      /** SHA-256 of every certificate above it; empty where no declared authority stands at the end. */
      readonly issuers: readonly string[]
      readonly names: readonly string[]
    }
  | { readonly by: 'psk'; readonly identity: string; readonly psk: string }

/** Finds the gateway that has proved itself, by what is declared now. */
export interface Peers {
  find(proof: Proof): Gateway | undefined
  /** The key of the gateway of that name (RFC 9813 §4.3: an identity comes from anyone). */
  keyOf(identity: string): string | undefined
}

/** Both return the same array as long as nothing changed. */
export function createPeers(
  gateways: () => readonly Gateway[],
  authorities: () => readonly Authority[],
): Peers {
  let built: readonly Gateway[] | null = null
  const byCertificate = new Map<string, Gateway>()
  const byName = new Map<string, Gateway>()
  const byPsk = new Map<string, { gateway: Gateway; psk: string }>()

  function build(): void {
    const current = gateways()
    if (current === built) return
    built = current
    for (const map of [byCertificate, byName, byPsk]) map.clear()
    for (const gateway of current) {
      const { radsec } = gateway
      if (radsec?.by === 'certificate') byCertificate.set(radsec.sha256, gateway)
      if (radsec?.by === 'name') byName.set(`${radsec.authority} ${radsec.name}`, gateway)
      if (radsec?.by === 'psk') byPsk.set(gateway.name, { gateway, psk: radsec.psk })
    }
  }

  return {
    find(proof) {
      build()
      if (proof.by === 'psk') {
        const known = byPsk.get(proof.identity)
        // Another key since: the one that the handshake was made with no longer counts.
        return known?.psk === proof.psk ? known.gateway : undefined
      }
      const pinned = byCertificate.get(proof.sha256)
      if (pinned !== undefined) return pinned
      for (const { name, sha256, revoked } of authorities()) {
        if (!proof.issuers.includes(sha256) || revoked.has(proof.serial)) continue
        for (const dnsName of proof.names) {
          const named = byName.get(`${name} ${dnsName}`)
          if (named !== undefined) return named
        }
      }
      return undefined
    },
    keyOf(identity) {
      build()
      return byPsk.get(identity)?.psk
    },
  }
}

/** What the certificate of the connection proves; null if none was shown. */
export function certificateProof(socket: TLSSocket): Proof | null {
  const shown = socket.getPeerCertificate(true)
  // Node gives an empty object for no certificate.
  if (!('raw' in shown)) return null
  const certificate = new X509Certificate(shown.raw)
  return {
    by: 'certificate',
    sha256: hexOf(certificate.fingerprint256),
    serial: serialOf(certificate.serialNumber),
    issuers: socket.authorized ? issuersOf(shown) : [],
    names: namesOf(certificate, shown),
  }
}

/** Until when the certificate counts that was shown; null if none was. */
export function certificateEnd(socket: TLSSocket): Date | null {
  const shown = socket.getPeerCertificate()
  return 'raw' in shown ? new X509Certificate(shown.raw).validToDate : null
}

/** Up to the root, which is its own issuer. */
function issuersOf(leaf: DetailedPeerCertificate): readonly string[] {
  const issuers: string[] = []
  let above: DetailedPeerCertificate | undefined = leaf.issuerCertificate
  while (above !== undefined && issuers.length < CHAIN_LONGEST) {
    const sha256 = hexOf(above.fingerprint256)
    if (issuers.includes(sha256)) break
    issuers.push(sha256)
    above = above.issuerCertificate
  }
  return issuers
}

const CHAIN_LONGEST = 10

/** dNSNames of subjectAltName, else the common name (RFC 6614 §2.3), each confirmed by OpenSSL. */
function namesOf(certificate: X509Certificate, shown: DetailedPeerCertificate): readonly string[] {
  const alternatives = (certificate.subjectAltName ?? '')
    .split(', ')
    .flatMap((entry) => /^DNS:(.+)$/.exec(entry)?.[1] ?? [])
  const common: string | readonly string[] | undefined = shown.subject.CN
  const names = alternatives.length > 0 ? alternatives : [common ?? []].flat()
  return names
    .filter((name) => certificate.checkHost(name, { wildcards: false }) !== undefined)
    .map((name) => name.toLowerCase())
}
