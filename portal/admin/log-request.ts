import type { Handler } from 'hono'
import { html } from 'hono/html'
import { reasonOf } from '#core/error.ts'
import type { Action } from '#core/rights.ts'
import { reachedSites, reachedZones } from '#db/admin/reached-sites.ts'
import { catchUp } from '#db/catch-up.ts'
import type { Database } from '#db/connection.ts'
import type { Criteria } from '#db/connections.ts'
import { actorOf } from '#db/people.ts'
import type { Services } from '../services.ts'
import { sessionOf } from '../staff/require-session.ts'
import { sendStaffProblem, staffFrameOf } from '../staff/send-staff-page.ts'
import { adminTextIn } from '../text/admin-language.ts'
import { sendAdminPage } from './admin-page.ts'
import { reasonGiven, rightsOfRequest } from './admin-request.ts'
import type { AdminView } from './admin-request.ts'

/** What a page about the log is made from: no transaction, for a line of the audit stands before a row is read. */
export interface LogView extends Omit<AdminView, 'sql'> {
  readonly log: Database
}

/** A longer wait shows an error, where a sentence about what is missing is more use. */
const CATCH_UP_MS = 2_000

/** A page, or what a form does, as the operator's role; only behind `requireRight`. */
export function withLog(services: Services, work: (view: LogView) => Promise<Response>): Handler {
  return async function withLogHandler(c) {
    const frame = staffFrameOf(c, services)
    const text = adminTextIn(frame.language)
    const { logDatabase: log } = services
    if (log === null) {
      return sendAdminPage(c, services, {
        ...{ frame, title: text.logs.title, status: 503 },
        main: html`<h1>${text.logs.title}</h1>
          <p class="error">${text.logs.notHere}</p>`,
      })
    }
    const rights = rightsOfRequest(c, services)
    const actor = actorOf(sessionOf(c).person)
    const doer = { actor, rights, reason: reasonGiven(c) }
    try {
      return await work({ c, services, frame, text, rights, doer, log })
    } catch (thrown) {
      services.counters.databaseFailures.inc()
      services.log.warn('portal.staff.unavailable', { reason: reasonOf(thrown) })
      return sendStaffProblem(c, services, 'unavailable', { status: 503 })
    }
  }
}

/** Who asks, and by what their right is looked up. */
export type Asker = Pick<LogView, 'services' | 'rights' | 'doer'>

/**
 * Whether somebody may look for rows of that place, or of all: who reads the log of an association only has to
 * name one of its places.
 */
export async function reachesRows(
  view: Asker,
  action: Action,
  { site }: Pick<Criteria, 'site'>,
): Promise<boolean> {
  const isReached = await reachOf(view, action, [site])
  return isReached(site)
}

/** The same of many places; as much is asked whether there are any or not, and whosever they are. */
export async function reachOf(
  { services, rights, doer }: Asker,
  action: Action,
  sites: readonly (string | null)[],
): Promise<(site: string | null) => boolean> {
  const reach = rights.reach(action)
  if (reach.everywhere) return () => true
  const found = await services.admin.transaction({ actor: doer.actor, reach }, (sql) =>
    reachedSites(
      sql,
      sites.filter((site) => site !== null),
    ),
  )
  return (site) => {
    const association = site === null ? undefined : found.get(site)
    return site !== null && association !== undefined && rights.can(action, { association, site })
  }
}

/** The zone of each place, for times and choices: of those that somebody reaches. */
export async function zonesOf(
  { services, rights, doer }: LogView,
  action: Action,
): Promise<ReadonlyMap<string, string>> {
  const scope = { actor: doer.actor, reach: rights.reach(action) }
  return services.admin.transaction(scope, reachedZones)
}

/** How many events that were acknowledged are not in the log yet, after a short wait for the jobs. */
export function missingFromLog({ log }: Pick<LogView, 'log'>): Promise<number> {
  return catchUp(log, { step: () => Promise.resolve('busy') }, CATCH_UP_MS)
}
