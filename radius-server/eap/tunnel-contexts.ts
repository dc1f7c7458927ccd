import { createNativeContexts } from './native-tunnel.ts'
import { createNodeContexts } from './node-tunnel.ts'
import type { TlsEngine } from './tls-engine.ts'
import type { TunnelContexts } from './tls-tunnel.ts'
import type { TunnelCredentials } from './tunnel-settings.ts'

/**
 * `deviceCas` are the roots, as PEM, under which devices may show a certificate. Without an engine it is
 * node:tls.
 */
export function createTunnelContexts(
  credentials: readonly TunnelCredentials[],
  deviceCas: readonly string[],
  engine: TlsEngine | null,
): TunnelContexts {
  return engine === null
    ? createNodeContexts(credentials, deviceCas)
    : createNativeContexts(engine, credentials, deviceCas)
}
