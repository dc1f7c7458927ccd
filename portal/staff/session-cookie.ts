import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { Services } from '../services.ts'

/** What the pages for staff keep in a browser. */
export type StaffCookie =
  /** The session: 32 random bytes, of which the database has the hash. */
  | 'session'
  /** A sign-in that is under way at an identity provider, sealed. */
  | 'sign-in'
  /** A password that was right, and waits for its second factor, sealed. */
  | 'factor'

/** A sealed sign-in with the longest page to come back to stays far below what browsers keep (4096). */
const COOKIE_CHARACTERS = 3_500

/**
 * `__Host-` (RFC 6265bis §4.1.3.2): only over TLS, and no neighbour under the same domain can set it. Over
 * http, on a developer's machine, browsers would not keep such a one.
 */
function cookieName(services: Pick<Services, 'publicUrl'>, cookie: StaffCookie): string {
  const isSecure = services.publicUrl.protocol === 'https:'
  return `${isSecure ? '__Host-' : ''}accueil-${cookie}`
}

export function readCookie(
  c: Context,
  services: Pick<Services, 'publicUrl'>,
  cookie: StaffCookie,
): string | null {
  const value = getCookie(c, cookieName(services, cookie)) ?? ''
  return value === '' || value.length > COOKIE_CHARACTERS ? null : value
}

/** Lax, so that a link from a mail or the way back from an identity provider finds who is signed in. */
export function writeCookie(
  c: Context,
  services: Pick<Services, 'publicUrl'>,
  cookie: StaffCookie,
  value: string,
  maxAgeMs: number,
): void {
  setCookie(c, cookieName(services, cookie), value, {
    path: '/',
    httpOnly: true,
    sameSite: 'Lax',
    secure: services.publicUrl.protocol === 'https:',
    maxAge: Math.floor(maxAgeMs / 1000),
  })
}

export function dropCookie(
  c: Context,
  services: Pick<Services, 'publicUrl'>,
  cookie: StaffCookie,
): void {
  deleteCookie(c, cookieName(services, cookie), {
    path: '/',
    secure: services.publicUrl.protocol === 'https:',
  })
}
