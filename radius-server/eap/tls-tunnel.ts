import type { X509Certificate } from 'node:crypto'
import { EAP_TYPE } from './eap-packet.ts'

/** What came of some octets of TLS. */
export interface TunnelStep {
  /** TLS for the peer: the whole flight, or the alert. */
  readonly output: Uint8Array
  /** What the peer said inside. */
  readonly plain: Uint8Array
  /** Null as long as all is well. */
  readonly failure: string | null
}

/** With what a session is found again, and what it is resumed with. */
export interface ResumableSession {
  /** The name of the ticket's keys, or the identifier of a TLS 1.2 session. */
  readonly id: Uint8Array
  /** `ticket`: the 48 octets of the keys; `session`: OpenSSL's own form of the session. */
  readonly kind: 'ticket' | 'session'
  readonly secret: Uint8Array
}

export interface PeerCertificate {
  readonly certificate: X509Certificate
  /** Why OpenSSL would not have it: no known root, not valid now, not for clients. */
  readonly problem: string | null
}

/** The server's side of TLS, without a socket: octets in, octets out. */
export interface TlsTunnel {
  feed(octets: Uint8Array): TunnelStep | Promise<TunnelStep>
  /** Puts octets inside; returns the TLS for the peer. */
  say(plain: Uint8Array): Uint8Array | Promise<Uint8Array>
  readonly isSecure: boolean
  readonly isResumed: boolean
  readonly isTls13: boolean
  /** By its IANA name; null before the handshake. */
  readonly cipher: string | null
  /** MSK and EMSK, 128 octets; null before the handshake is done. */
  exportKeys(): Uint8Array | null
  /** The challenge that neither side chooses (RFC 5281 §11.1). */
  exportChallenge(bytes: number): Uint8Array
  peerCertificate(): PeerCertificate | null
  /** What the peer may come back with; nothing if it was resumed itself. */
  resumable(): readonly ResumableSession[]
  close(): void
}

/** TLS under one set of certificates; a conversation keeps what it began with. */
export interface TunnelContexts {
  /** `type` is that of the EAP method, which the keys depend on. */
  open(type: number, resume: ResumableSession | null): TlsTunnel
}

/** MSK and EMSK. */
export const KEY_BYTES = 128

export const CHALLENGE_LABEL = 'ttls challenge'

/** What the keys of a method are exported with; an absent context is not the same as an empty one. */
export function keyLabel(
  type: number,
  isTls13: boolean,
): { readonly label: string; readonly context: Uint8Array | null } {
  // RFC 9190 §2.3, RFC 9427 §2.1
  if (isTls13) return { label: 'EXPORTER_EAP_TLS_Key_Material', context: Uint8Array.of(type) }
  // RFC 5281 §8, RFC 5216 §2.3
  const label = type === EAP_TYPE.TTLS ? 'ttls keying material' : 'client EAP encryption'
  return { label, context: null }
}
