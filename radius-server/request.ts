import { DIRECTORY_REFUSALS } from '#core/ldap/verdict.ts'
import { OFF_REASONS } from '#db/off-reasons.ts'
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
  readonly service: Service
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
  'mac-sign-in',
  'device-key',
  'captive',
  'one-time',
  'eap-tls',
  'ttls-pap',
  'ttls-mschapv2',
  'ttls-gtc',
  'ttls-eap-mschapv2',
  'peap-mschapv2',
  'peap-gtc',
  'proxied',
] as const
export type Method = (typeof METHODS)[number]

export const REJECT_REASONS = [
  ...DIRECTORY_REFUSALS,
  ...OFF_REASONS,
  'too-many-failures',
  'bad-password-attribute',
  'chap-needs-clear-password',
  'mschap-version-1',
  'no-staff-network',
  'no-guest-network',
  'no-grant',
  'refused-by-policy',
  'one-time-unknown',
  'grants-unavailable',
  'device-key-unknown',
  'device-key-wrong',
  'device-key-ambiguous',
  'device-key-handshake',
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
  'device-ended',
  'home-server-rejected',
  'home-server-unavailable',
  'proxy-loop',
  'proxy-too-long',
  'proxy-too-many-hops',
] as const
export type RejectReason = (typeof REJECT_REASONS)[number]

export const SILENCE_REASONS = [
  ...PACKET_FAULTS,
  'unknown-client',
  'unexpected-code',
  'message-authenticator-missing',
  'message-authenticator-wrong',
  'proxy-state-unsigned',
  'over-limit',
  'accounting-authenticator-wrong',
  'duplicate-in-progress',
  'too-many-in-work',
  'passwords-overloaded',
  'grants-overloaded',
  'device-keys-overloaded',
  'hand-over-failed',
  'eap-malformed',
  'eap-not-awaited',
  'accounting-malformed',
  'accounting-queue-full',
  'accounting-not-recorded',
  'home-server-given-up',
  'home-server-overloaded',
  'reply-too-long',
  'internal',
] as const
export type SilenceReason = (typeof SILENCE_REASONS)[number]

interface Answered {
  readonly attributes: readonly Attribute[]
  /** The home server that said so; absent: we did. */
  readonly answeredBy?: string
}

/** What a step decided; the server turns it into bytes, counts it and remembers it. */
export type Answer =
  | (Answered & {
      readonly kind: 'accept'
      readonly method: Method
      /** The policy that decided what they get; null: none did. */
      readonly rule?: string | null
    })
  | (Answered & {
      readonly kind: 'reject'
      readonly reason: RejectReason
      /** The policy that refused. */
      readonly rule?: string | null
    })
  | (Answered & { readonly kind: 'challenge' })
  | { readonly kind: 'acknowledge' }
  | { readonly kind: 'alive' }
  | { readonly kind: 'refuse'; readonly attributes: readonly Attribute[] }
  | { readonly kind: 'resend'; readonly bytes: Uint8Array }
  /** By the process that has the conversation, which has also counted it; null is silence. */
  | { readonly kind: 'answered-elsewhere'; readonly bytes: Uint8Array | null }
  | { readonly kind: 'silence'; readonly reason: SilenceReason }

/** Null hands the request to the next step. */
export type Step = (request: RadiusRequest) => Answer | null | Promise<Answer | null>

export function silence(reason: SilenceReason): Answer {
  return { kind: 'silence', reason }
}

export function reject(
  reason: RejectReason,
  attributes: readonly Attribute[] = [],
  rule: string | null = null,
): Answer {
  return { kind: 'reject', reason, rule, attributes }
}
