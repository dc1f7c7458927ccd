import type { Context, Handler, MiddlewareHandler } from 'hono'
import { html } from 'hono/html'
import type postgres from 'postgres'
import { reasonOf } from '#core/error.ts'
import { rightsOf } from '#core/rights.ts'
import type { Action, Rights } from '#core/rights.ts'
import type { Doer } from '#db/admin/rules.ts'
import { actorOf } from '#db/people.ts'
import type { Services } from '../services.ts'
import { sessionOf } from '../staff/require-session.ts'
import { sendStaffProblem, staffFrameOf } from '../staff/send-staff-page.ts'
import type { StaffFrame } from '../staff/staff-layout.ts'
import { adminTextIn } from '../text/admin-language.ts'
import type { AdminText } from '../text/admin-fr.ts'
import { sendAdminPage } from './admin-page.ts'

/** What a page of the administration is made from. */
export interface AdminView {
  readonly c: Context
  readonly services: Services
  readonly frame: StaffFrame
  readonly text: AdminText
  readonly rights: Rights
  readonly doer: Doer
  readonly sql: postgres.TransactionSql
}

/** Lets by who may do one of these anywhere at all; the rest is told whom to ask. */
export function requireRight(services: Services, ...actions: readonly Action[]): MiddlewareHandler {
  return async function requireRightHandler(c, next) {
    const rights = rightsOfRequest(c, services)
    if (actions.some((action) => rights.has(action))) return next()
    const frame = staffFrameOf(c, services)
    const text = adminTextIn(frame.language)
    return sendAdminPage(c, services, {
      ...{ frame, title: text.notYoursTitle, status: 403 },
      main: html`<h1>${text.notYoursTitle}</h1>
        <p class="lead">${text.notYours}</p>`,
    })
  }
}

/** As granted now, from memory. */
export function rightsOfRequest(c: Context, services: Services): Rights {
  return rightsOf(sessionOf(c).person, services.roleGrants(), services.clock())
}

/**
 * A page, or what a form does, in one transaction that reaches as far as the right to it; only behind
 * `requireSession`.
 */
export function withRight(
  services: Services,
  action: Action,
  work: (view: AdminView) => Promise<Response>,
): Handler {
  return async function withRightHandler(c) {
    const rights = rightsOfRequest(c, services)
    const actor = actorOf(sessionOf(c).person)
    const frame = staffFrameOf(c, services)
    const text = adminTextIn(frame.language)
    const reason = reasonGiven(c)
    try {
      return await services.admin.transaction({ actor, reach: rights.reach(action) }, (sql) =>
        work({ c, services, frame, text, rights, doer: { actor, rights, reason }, sql }),
      )
    } catch (thrown) {
      services.counters.databaseFailures.inc()
      services.log.warn('portal.staff.unavailable', { reason: reasonOf(thrown) })
      return sendStaffProblem(c, services, 'unavailable', { status: 503 })
    }
  }
}

const LONGEST_REASON = 500

export function reasonGiven(c: Context): string | null {
  const text = (c.get('staffForm')?.get('reason') ?? '').replace(/\p{Cc}/gu, ' ').trim()
  return text === '' ? null : text.slice(0, LONGEST_REASON)
}
