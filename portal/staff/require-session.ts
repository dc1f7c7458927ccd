import type { Context, MiddlewareHandler } from 'hono'
import { AppError, reasonOf } from '#core/error.ts'
import type { StaffSession } from '#db/staff-sessions.ts'
import type { Services } from '../services.ts'
import { returnPath } from './return-path.ts'
import { sendStaffProblem } from './send-staff-page.ts'
import { dropCookie, readCookie } from './session-cookie.ts'
import { SIGN_IN_PATH } from './staff-paths.ts'

declare module 'hono' {
  interface ContextVariableMap {
    /** Where a session was asked for and found. */
    readonly staffSession: StaffSession | undefined
  }
}

/**
 * Lets by who is signed in. A page that is asked for without leads to the sign-in and back; anything that
 * was to be done is not, and is told so. A disabled person has no session: what disables deletes them.
 */
export function requireSession(services: Services): MiddlewareHandler {
  return async function requireSessionHandler(c, next) {
    const token = readCookie(c, services, 'session')
    let session: StaffSession | null = null
    try {
      session = token === null ? null : await services.staff.sessions.find(token)
    } catch (thrown) {
      services.counters.databaseFailures.inc()
      services.log.warn('portal.staff.unavailable', { reason: reasonOf(thrown) })
      return sendStaffProblem(c, services, 'unavailable', { status: 503 })
    }
    if (session !== null) {
      c.set('staffSession', session)
      return next()
    }
    if (token !== null) dropCookie(c, services, 'session')
    if (c.req.method === 'GET') return c.redirect(signInAddress(hereOf(c)), 303)
    return sendStaffProblem(c, services, 'not-signed-in', {
      status: 401,
      to: returnPath(c.req.path),
    })
  }
}

/**
 * After `requireSession`, for what is sensitive: who proved who they are longer than `minutes` ago does so
 * again. `back` is the page that a form came from, where that has another address than the form.
 */
export function requireRecent(
  services: Services,
  minutes: number,
  back: (c: Context) => string = (c) => c.req.path,
): MiddlewareHandler {
  return async function requireRecentHandler(c, next) {
    const age = services.clock() - sessionOf(c).signedInAt.getTime()
    if (age <= minutes * 60_000) return next()
    if (c.req.method === 'GET') return c.redirect(signInAddress(hereOf(c), true), 303)
    const to = returnPath(back(c))
    return sendStaffProblem(c, services, 'confirm', { status: 403, to, isAgain: true })
  }
}

/** Whose request it is; only behind `requireSession`. */
export function sessionOf(c: Context): StaffSession {
  const session = c.get('staffSession')
  if (session === undefined)
    throw new AppError('no-session', 'this route does not ask for a session')
  return session
}

/** `/staff/sign-in?to=/admin` */
function signInAddress(to: string, isAgain = false): string {
  const query = new URLSearchParams({ to: returnPath(to), ...(isAgain ? { again: '1' } : {}) })
  return `${SIGN_IN_PATH}?${query.toString()}`
}

function hereOf(c: Context): string {
  const { pathname, search } = new URL(c.req.url)
  return pathname + search
}
