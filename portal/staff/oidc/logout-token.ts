import { OIDC_LIMITS } from './limits.ts'

/** What is over at the identity provider: one sign-in, or all of a person that began before. */
export interface EndedSignIn {
  readonly session: string | null
  readonly subject: string | null
  readonly before: Date
}

const EVENT = 'http://schemas.openid.net/event/backchannel-logout'

/**
 * Claims of a token whose signature, issuer and audience are right (OpenID Connect Back-Channel Logout 1.0
 * §2.6). One that is shown again ends nothing that began after it was made.
 */
export function readLogoutToken(
  claims: Readonly<Record<string, unknown>>,
  now: number,
): EndedSignIn | null {
  const { iat, sid, sub, events } = claims
  // An ID token has one, and must not pass for this.
  if ('nonce' in claims) return null
  const event = isObject(events) ? events[EVENT] : undefined
  if (!isObject(event) || typeof iat !== 'number') return null
  const ageSeconds = now / 1000 - iat
  if (Math.abs(ageSeconds) > OIDC_LIMITS.logoutSeconds) return null
  const session = typeof sid === 'string' && sid !== '' ? sid : null
  const subject = typeof sub === 'string' && sub !== '' ? sub : null
  if (session === null && subject === null) return null
  return { session, subject, before: new Date((iat + OIDC_LIMITS.toleranceSeconds) * 1000) }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
