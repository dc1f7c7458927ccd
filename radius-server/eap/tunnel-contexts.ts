import { createSecureContext } from 'node:tls'
import type { SecureContext } from 'node:tls'

/** 16 octets of name, 16 for the HMAC, 16 for AES. */
export const TICKET_KEY_BYTES = 48

const CONTEXT_LIMITS = {
  /** Kept for the next: 300 logins a second of a few round trips each need no more at once. */
  idle: 256,
} as const

/** No session is resumed after this long, however often it was before. */
export const SESSION_LIFE_SECONDS = 12 * 3600

export interface TunnelCredentials {
  readonly chainPem: string
  readonly keyPem: string
}

/**
 * OpenSSL contexts, each lent to one conversation at a time with ticket keys of its own. To make one
 * takes 0.3 ms, a third of what a whole handshake takes; to set
 * other ticket keys takes 5 µs.
 */
export interface TunnelContexts {
  take(): SecureContext
  giveBack(context: SecureContext): void
}

/** `deviceCas` are the roots, as PEM, under which devices may show a certificate. */
export function createTunnelContexts(
  credentials: readonly TunnelCredentials[],
  deviceCas: readonly string[],
): TunnelContexts {
  const idle: SecureContext[] = []

  function make(): SecureContext {
    return createSecureContext({
      cert: credentials.map(({ chainPem }) => chainPem),
      key: credentials.map(({ keyPem }) => keyPem),
      // Without a list Node would take the roots of the public web for our devices'.
      ca: [...deviceCas],
      // An organisation may declare the intermediate that signs its devices, and not the root above.
      allowPartialTrustChain: true,
      minVersion: 'TLSv1.2',
      maxVersion: 'TLSv1.3',
      // The P-256 certificate before the RSA one, where a TLS 1.2 peer takes both.
      ciphers: CIPHERS,
      honorCipherOrder: true,
      // OpenSSL would prefer X25519MLKEM768, whose 1.2 kB key share costs another EAP round trip.
      ecdhCurve: 'X25519:P-256',
      // Without it OpenSSL refuses to resume where certificates are asked for.
      sessionIdContext: 'accueil-eap',
      sessionTimeout: SESSION_LIFE_SECONDS,
    })
  }

  return {
    take: () => idle.pop() ?? make(),
    giveBack(context) {
      if (idle.length < CONTEXT_LIMITS.idle) idle.push(context)
    },
  }
}

/** As tls.Server.setTicketKeys does it, which needs a server. The keys are copied. */
export function setTicketKeys(context: SecureContext, keys: Uint8Array): void {
  const handle: { setTicketKeys(keys: Uint8Array): void } = context.context
  handle.setTicketKeys(keys)
}

const CIPHERS = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-RSA-CHACHA20-POLY1305',
  // Windows before 10 and some printers have no GCM with ECDHE.
  'ECDHE-ECDSA-AES128-SHA256',
  'ECDHE-ECDSA-AES128-SHA',
  'ECDHE-RSA-AES128-SHA256',
  'ECDHE-RSA-AES128-SHA',
].join(':')
