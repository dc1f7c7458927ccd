import type { Handler } from 'hono'
import { html } from 'hono/html'
import { onlineIcon } from '../pages/icons.ts'
import type { Services } from '../services.ts'
import { fill } from '../text/fill.ts'
import { staffTextIn } from '../text/staff-language.ts'
import { unavailable } from './finish-sign-in.ts'
import { sessionOf } from './require-session.ts'
import { sendStaffPage, staffFrameOf } from './send-staff-page.ts'
import { dropCookie } from './session-cookie.ts'
import { SIGNED_OUT_PATH, SIGN_IN_PATH } from './staff-paths.ts'

/**
 * `POST /staff/sign-out`: ends this session, and goes on to the identity provider to end the one there
 * (RP-Initiated Logout 1.0): else the next person at a shared computer is let in by it without a password.
 */
export function signOut(services: Services): Handler {
  return async function signOutHandler(c) {
    const { person, id, provider } = sessionOf(c)
    let logout: string | null = null
    try {
      const { idToken } = await services.staff.sessions.end({ of: person, id })
      if (provider !== null) {
        logout = await services.staff.providers.logoutAddress(provider, idToken)
      }
    } catch (thrown) {
      return unavailable(c, services, thrown)
    }
    dropCookie(c, services, 'session')
    if (logout === null) return c.redirect(SIGNED_OUT_PATH, 303)
    c.set('staffSession', undefined)
    const frame = staffFrameOf(c, services)
    const { signedOut: words } = staffTextIn(frame.language)
    const label = services.staff.providers.list().find(({ name }) => name === provider)?.label ?? ''
    // A page that goes on, for browsers hold a form's answer back that leads to another host.
    return sendStaffPage(c, services, {
      frame,
      title: words.title,
      refresh: logout,
      main: html`<p class="mark">${onlineIcon}</p>
        <h1>${words.title}</h1>
        <p><a class="button" href="${logout}">${fill(words.provider, { provider: label })}</a></p>`,
    })
  }
}

/** `GET /staff/signed-out`: where an identity provider leads back to. */
export function signedOut(services: Services): Handler {
  return function signedOutHandler(c) {
    const frame = staffFrameOf(c, services)
    const { signedOut: words } = staffTextIn(frame.language)
    return sendStaffPage(c, services, {
      frame,
      title: words.title,
      main: html`<p class="mark">${onlineIcon}</p>
        <h1>${words.title}</h1>
        <p class="lead">${words.lead}</p>
        <p><a class="button" href="${SIGN_IN_PATH}">${words.again}</a></p>`,
    })
  }
}
