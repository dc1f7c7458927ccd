import type { SecureContextOptions } from 'node:tls'
import type { Ask, Asked } from './ask.ts'

/** An encrypted way to an upstream: one connection for all questions, opened again when it is gone. */
export interface Link {
  ask(ask: Ask): Promise<Asked>
  close(): void
}

/** Trust in upstreams; empty: the authorities that Node trusts. */
export type Trust = Pick<SecureContextOptions, 'ca'>

/** Says that the certificate, not the way, was the reason. */
export function isUntrusted(error: Error): boolean {
  const code = 'code' in error ? String(error.code) : ''
  return /^(ERR_TLS_CERT_|CERT_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_)/.test(code)
}

/** A copy under another id. */
export function withId(message: Uint8Array, id: number): Uint8Array {
  const out = Uint8Array.from(message)
  out[0] = id >>> 8
  out[1] = id & 0xff
  return out
}
