import { sourceAddress } from '#core/udp/source-address.ts'
import type { UdpLayer } from '#core/udp/udp-layer.ts'
import type { HomeServer } from '#db/proxying.ts'
import { RADSEC_SECRET, sharedSecret } from '../shared-secret.ts'
import type { SharedSecret } from '../shared-secret.ts'
import type { Link } from './link.ts'
import type { ProxyMetrics } from './proxy-metrics.ts'
import { createTlsLink } from './tls-link.ts'
import { createUdpLink } from './udp-link.ts'

/** The ways to one home server: over RadSec one and the same for everything (RFC 6614 §2.1). */
export interface HomeLinks {
  readonly secret: SharedSecret
  readonly authentication: Link
  readonly accounting: Link
}

export function openHomeLinks(
  { name, address, transport, signsReplies }: HomeServer,
  deps: {
    readonly layer: UdpLayer
    readonly metrics: ProxyMetrics
    readonly onFailure: (reason: string) => void
  },
): HomeLinks {
  if (transport.kind === 'radsec') {
    const link = createTlsLink({ ...deps, address, transport })
    return { secret: RADSEC_SECRET, authentication: link, accounting: link }
  }
  const parsed = sourceAddress(address)
  // Refused when it is declared.
  if (parsed === null) throw new TypeError(`home server ${name}: ${address}`)
  const secret = sharedSecret(transport.secret)
  const open = (port: number, isSignatureNeeded: boolean): Link =>
    createUdpLink({ ...deps, address: parsed, port, secret, isSignatureNeeded })
  return {
    secret,
    authentication: open(transport.port, signsReplies),
    accounting: open(transport.accountingPort, false),
  }
}
