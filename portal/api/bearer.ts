import type { Context } from 'hono'
import { TOKEN_PREFIX, tokenDigest } from '#db/api-tokens.ts'
import type { TokenRefusal } from '#db/login-search.ts'
import { problem } from './problem.ts'

/** The digest of the token that is shown (RFC 6750 §2.1), never in the address; null if there is none. */
export function shownToken(c: Context): Uint8Array | null {
  const header = c.req.header('Authorization') ?? ''
  const token = /^Bearer +([A-Za-z0-9_-]{1,128})$/i.exec(header)?.[1] ?? ''
  return token.startsWith(TOKEN_PREFIX) ? tokenDigest(token) : null
}

export function withoutToken(c: Context): Response {
  c.header('WWW-Authenticate', 'Bearer realm="accueil"')
  return problem(
    c,
    'no-token',
    'Send the header "Authorization: Bearer TOKEN"; a token is made by: npx accueil tokens create',
  )
}

/** RFC 6750 §3.1. Which of the three ends it was is for whoever looks after tokens: `tokens list`. */
export function refusedToken(c: Context, refusal: TokenRefusal, scope: string): Response {
  if (refusal === 'scope') {
    c.header(
      'WWW-Authenticate',
      `Bearer realm="accueil", error="insufficient_scope", scope="${scope}"`,
    )
    return problem(c, 'not-allowed', `The token does not have the scope ${scope}.`)
  }
  c.header('WWW-Authenticate', 'Bearer realm="accueil", error="invalid_token"')
  return problem(c, 'bad-token', 'See npx accueil tokens list, and make another token.')
}
