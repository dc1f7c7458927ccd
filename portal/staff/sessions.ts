import type { Handler } from 'hono'
import { reasonOf } from '#core/error.ts'
import type { Services } from '../services.ts'
import { sessionOf } from './require-session.ts'
import { sendStaffPage, sendStaffProblem, staffFrameOf } from './send-staff-page.ts'
import { sessionsPage } from './sessions-page.ts'
import { formOf } from './staff-form.ts'
import { SESSIONS_PATH } from './staff-paths.ts'

/** `GET /staff/sessions`: the browsers in which one's own account is open. */
export function listOwnSessions(services: Services): Handler {
  return async function listOwnSessionsHandler(c) {
    const own = sessionOf(c)
    try {
      const sessions = await services.staff.sessions.list(own.person)
      const isEnded = new URL(c.req.url).searchParams.has('ended')
      const frame = staffFrameOf(c, services)
      const page = { sessions, own: own.id, now: services.clock(), isEnded }
      return await sendStaffPage(c, services, { ...sessionsPage(frame, page), frame })
    } catch (thrown) {
      services.counters.databaseFailures.inc()
      services.log.warn('portal.staff.unavailable', { reason: reasonOf(thrown) })
      return sendStaffProblem(c, services, 'unavailable', { status: 503 })
    }
  }
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** `POST /staff/sessions`: ends the one that is named, or all but this one. */
export function endOwnSessions(services: Services): Handler {
  return async function endOwnSessionsHandler(c) {
    const own = sessionOf(c)
    const id = formOf(c).get('session') ?? ''
    try {
      if (UUID.test(id)) await services.staff.sessions.end({ of: own.person, id })
      else if (id === 'others') {
        await services.staff.sessions.end({ of: own.person, but: own.id })
      }
      return c.redirect(`${SESSIONS_PATH}?ended`, 303)
    } catch (thrown) {
      services.counters.databaseFailures.inc()
      services.log.warn('portal.staff.unavailable', { reason: reasonOf(thrown) })
      return sendStaffProblem(c, services, 'unavailable', { status: 503 })
    }
  }
}
