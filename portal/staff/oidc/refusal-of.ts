import { codeOf } from '#core/error.ts'
import * as client from 'openid-client'

/** Why a sign-in at an identity provider came to nothing. */
export type OidcRefusal =
  | 'provider-away'
  | 'provider-refused'
  | 'provider-answer'
  | 'provider-clock'
  | 'no-account'
  | 'no-provider'

/** It says itself that it cannot now (RFC 6749 §4.1.2.1). */
const AWAY = new Set(['server_error', 'temporarily_unavailable'])

/** Codes of openid-client for what came of the way and not of the person. */
const NO_ANSWER = new Set(['OAUTH_TIMEOUT', 'OAUTH_ABORT'])
const SERVER_ERROR = 500

/** A provider that is away, one that says no, and an answer that is not what was asked for. */
export function refusalOf(thrown: unknown): OidcRefusal {
  if (thrown instanceof client.AuthorizationResponseError) {
    return AWAY.has(thrown.error) ? 'provider-away' : 'provider-refused'
  }
  if (thrown instanceof client.ResponseBodyError) {
    return thrown.status >= SERVER_ERROR ? 'provider-away' : 'provider-answer'
  }
  const code = codeOf(thrown) ?? ''
  if (NO_ANSWER.has(code)) return 'provider-away'
  const cause = thrown instanceof Error ? thrown.cause : undefined
  if (cause instanceof Response) {
    return cause.status >= SERVER_ERROR ? 'provider-away' : 'provider-answer'
  }
  // `fetch` throws a TypeError with a cause when there is no connection, and a TimeoutError itself.
  const isTimeout =
    thrown instanceof Error && /^(Timeout|Abort)Error$|^JWKSTimeout$/.test(thrown.name)
  const isUnreached = thrown instanceof TypeError && thrown.message === 'fetch failed'
  return isTimeout || isUnreached ? 'provider-away' : 'provider-answer'
}
