import { DIRECTORY_REFUSALS } from '#core/ldap/verdict.ts'
import type { SourceAddress } from '#core/udp/source-address.ts'
import type { Attribute } from './attributes.ts'
import type { Client } from './client.ts'
import type { LoginTrace } from './login-trace.ts'
import { PACKET_FAULTS } from './packet.ts'
import type { Packet } from './packet.ts'

export const SERVICES = ['authentication', 'accounting', 'radsec'] as const
/** Which of the ports a packet came to: RadSec has one for everything (RFC 6614 §2.1). */
export type Service = (typeof SERVICES)[number]

export interface Source {
  readonly address: SourceAddress
  readonly port: number
}

/** A packet of a known client, by its source address or by what its connection has proved. Nothing in it is believed before a step has checked it. */
export interface RadiusRequest {
  readonly client: Client
  readonly packet: Packet
  readonly source: Source
  /** Milliseconds since the epoch. */
  readonly receivedAt: number
  /** How the answer comes about; set by the step that takes the request on. */
  trace: LoginTrace | null
}

/** What let someone in: for EAP the outer method, and what was said inside. */
export const METHODS = [
  'pap',
  'mschapv2',
  'mac',
  'eap-tls',
  'ttls-pap',
  'ttls-mschapv2',
  'ttls-gtc',
  'ttls-eap-mschapv2',
  'peap-mschapv2',
  'peap-gtc',
] as const
export type Method = (typeof METHODS)[number]

export const REJECT_REASONS = [
  ...DIRECTORY_REFUSALS,
  'bad-password-attribute',
  'chap-needs-clear-password',
  'mschap-version-1',
  'no-staff-network',
  'no-guest-network',
  'no-grant',
  'grants-unavailable',
  'no-method',
  'eap-unknown-state',
  'eap-method-refused',
  'eap-protocol',
  'eap-tls',
  'eap-inner-method',
  'eap-too-many-rounds',
  'certificate-missing',
  'certificate-unknown-ca',
  'certificate-not-valid',
  'certificate-revoked',
  'certificate-without-name',
] as const
export type RejectReason = (typeof REJECT_REASONS)[number]

export const SILENCE_REASONS = [
  ...PACKET_FAULTS,
  'unknown-client',
  'unexpected-code',
  'message-authenticator-missing',
  'message-authenticator-wrong',
  'accounting-authenticator-wrong',
  'duplicate-in-progress',
  'too-many-in-work',
  'passwords-overloaded',
  'grants-overloaded',
  'eap-malformed',
  'eap-not-awaited',
  'accounting-malformed',
  'accounting-queue-full',
  'accounting-not-recorded',
  'reply-too-long',
  'internal',
] as const
export type SilenceReason = (typeof SILENCE_REASONS)[number]

/** What a step decided; the server turns it into bytes, counts it and remembers it. */
export type Answer =
  | {
      readonly kind: 'accept'
      readonly method: Method
      readonly attributes: readonly Attribute[]
      /** The name of the line of the policy that gave them. */
      readonly rule?: string
    }
  | {
      readonly kind: 'reject'
      readonly reason: RejectReason
      readonly attributes: readonly Attribute[]
    }
  | { readonly kind: 'challenge'; readonly attributes: readonly Attribute[] }
  | { readonly kind: 'acknowledge' }
  | { readonly kind: 'alive' }
  | { readonly kind: 'refuse'; readonly attributes: readonly Attribute[] }
  | { readonly kind: 'resend'; readonly bytes: Uint8Array }
  | { readonly kind: 'silence'; readonly reason: SilenceReason }

/** Null hands the request to the next step. */
export type Step = (request: RadiusRequest) => Answer | null | Promise<Answer | null>

export function silence(reason: SilenceReason): Answer {
  return { kind: 'silence', reason }
}

export function reject(reason: RejectReason, attributes: readonly Attribute[] = []): Answer {
  return { kind: 'reject', reason, attributes }
}
