import type { ContentfulStatusCode } from 'hono/utils/http-status'

/** Why a person cannot go on now, and the HTTP status that says it to programs. */
export const REFUSALS = {
  malformed: 400,
  'unknown-gateway': 403,
  'wrong-kind': 403,
  'unsupported-level': 501,
  'bad-signature': 403,
  'link-expired': 410,
  'clock-ahead': 400,
  'no-guest-network': 403,
  'device-not-seen': 403,
  'gateway-unreachable': 502,
  'gateway-refused': 502,
  'gateway-silent': 504,
  'no-terms': 503,
  'bad-ticket': 400,
  'ticket-expired': 410,
  'too-many': 429,
  'too-large': 413,
} as const satisfies Readonly<Record<string, ContentfulStatusCode>>

export type RefusalReason = keyof typeof REFUSALS

export const REFUSAL_REASONS = Object.keys(REFUSALS) as readonly RefusalReason[]
