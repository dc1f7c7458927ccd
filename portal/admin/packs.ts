import type { Handler } from 'hono'
import type { Action } from '#core/rights.ts'
import {
  approveExport,
  findExportRequest,
  isApproved,
  isOfAsker,
  requestExport,
} from '#db/export/export-requests.ts'
import type { ApprovedRequest, ExportRequest } from '#db/export/export-requests.ts'
import { addHold, endHold, listHolds, namesConnections } from '#db/holds.ts'
import type { Services } from '../services.ts'
import { formOf } from '../staff/staff-form.ts'
import { PACKS_PATH } from './admin-paths.ts'
import { readCriteria, writtenIn } from './log-criteria.ts'
import { missingFromLog, reachOf, reachesRows, withLog } from './log-request.ts'
import type { LogView } from './log-request.ts'
import { packFile } from './pack-file.ts'
import { sendPacks } from './packs-page.ts'
import { sendNothing } from './nothing-there.ts'

const CODE = /^[0-9A-Z]{8}$/

/** `GET /admin/packs`: packs, holds, what the log lets go of and how it is sealed. */
export function packs(services: Services): Handler {
  return withLog(services, (view) => sendPacks(view, null))
}

/** `POST /admin/packs`: asks for one. The same again finds the request that is there. */
export function askForPack(services: Services): Handler {
  return withLog(services, async (view) => {
    const { c, text, doer, log } = view
    const form = formOf(c)
    const read = readCriteria(writtenIn(form), text)
    if (!read.ok) return sendPacks(view, read.problem)
    const caseRef = caseIn(form)
    const { reason, actor } = doer
    if (caseRef === null) return sendPacks(view, text.packs.noCase)
    if (reason === null) return sendPacks(view, text.logs.noReason)
    if (!(await reachesRows(view, 'logs.search', read.criteria))) {
      return sendPacks(view, text.logs.nameAPlace)
    }
    await requestExport(log, { caseRef, reason, criteria: read.criteria, actor })
    return c.redirect(`${PACKS_PATH}?asked`, 303)
  })
}

/** `POST /admin/packs/CODE`: the second person's yes. */
export function approvePack(services: Services): Handler {
  return withLog(services, async (view) => {
    const { c, text, doer, log } = view
    const request = await requestOf(view, ['logs.approve'])
    if (request === null) return sendNothing(services, view)
    if (isOfAsker(request, doer.actor)) return sendPacks(view, text.packs.notYourself)
    await approveExport(log, request.code, doer.actor)
    return c.redirect(`${PACKS_PATH}?approved`, 303)
  })
}

/** `POST /admin/packs/CODE/file`: the pack, made anew of the log as it is now; each time stands in the audit. */
export function downloadPack(services: Services): Handler {
  return withLog(services, async (view) => {
    const { text } = view
    // Either of the two people, as far as their role goes now.
    const request = await requestOf(view, ['logs.search', 'logs.approve'])
    if (request === null) return sendNothing(services, view)
    if (!isApproved(request)) return sendPacks(view, text.packs.notApproved)
    // A pack says what was there: one row less would be a lie.
    if ((await missingFromLog(view)) > 0) return sendPacks(view, text.packs.notWhole)
    return sendFile(view, request)
  })
}

async function sendFile(view: LogView, request: ApprovedRequest): Promise<Response> {
  const { c, services, doer, log } = view
  const file = await packFile({ services, log }, request, doer.actor)
  c.header('Content-Type', 'application/zip')
  c.header('Content-Disposition', `attachment; filename="pack-${request.code}.zip"`)
  c.header('Cache-Control', 'no-store')
  return c.body(file)
}

/** `POST /admin/packs/holds`: keeps the rows that fit for a case, past their year. */
export function holdRows(services: Services): Handler {
  return withLog(services, async (view) => {
    const { c, text, doer, log } = view
    const form = formOf(c)
    const read = readCriteria(writtenIn(form), text)
    if (!read.ok) return sendPacks(view, read.problem)
    const caseRef = caseIn(form)
    const until = form.get('until') ?? ''
    const { reason, actor } = doer
    if (caseRef === null) return sendPacks(view, text.packs.noCase)
    if (reason === null) return sendPacks(view, text.logs.noReason)
    const today = new Date(services.clock()).toISOString().slice(0, 10)
    if (!isDay(until) || until < today) return sendPacks(view, text.packs.noUntil)
    if (!namesConnections(read.criteria)) return sendPacks(view, text.packs.tooWide)
    if (!(await reachesRows(view, 'logs.search', read.criteria))) {
      return sendPacks(view, text.logs.nameAPlace)
    }
    if ((await missingFromLog(view)) > 0) return sendPacks(view, text.packs.notWhole)
    const hold = { caseRef, reason, until, actor, criteria: read.criteria, now: services.clock() }
    const rows = await addHold(log, hold)
    return rows === 0 ? sendPacks(view, text.logs.none) : c.redirect(`${PACKS_PATH}?held`, 303)
  })
}

/** `POST /admin/packs/holds/end`: by who could have made it. */
export function endHolds(services: Services): Handler {
  return withLog(services, async (view) => {
    const { c, doer, log } = view
    const caseRef = caseIn(formOf(c))
    const holds = await listHolds(log, false)
    const ofCase = holds.filter((hold) => hold.caseRef === caseRef)
    const sites = ofCase.map(({ criteria: { site } }) => (typeof site === 'string' ? site : null))
    const isReached = await reachOf(view, 'logs.search', sites)
    if (caseRef === null || ofCase.length === 0 || !sites.every(isReached)) {
      return sendNothing(services, view)
    }
    await endHold(log, caseRef, doer.actor)
    return c.redirect(`${PACKS_PATH}?released`, 303)
  })
}

/**
 * The pack of the address, for who may do one of these with its rows. Of what is another's as much is asked as of what is
 * not there.
 */
async function requestOf(view: LogView, actions: readonly Action[]): Promise<ExportRequest | null> {
  const { c, log } = view
  const code = c.req.param('code') ?? ''
  const request = CODE.test(code) ? await findExportRequest(log, code) : null
  const site = request?.criteria.site ?? null
  for (const action of actions) {
    const isReached = await reachOf(view, action, [site])
    if (request !== null && isReached(site)) return request
  }
  return null
}

function caseIn(form: URLSearchParams): string | null {
  const caseRef = (form.get('case') ?? '').trim()
  return caseRef !== '' && caseRef.length <= 100 && !/\p{Cc}/u.test(caseRef) ? caseRef : null
}

function isDay(day: string): boolean {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(day) : Number.NaN
  return !Number.isNaN(at) && new Date(at).toISOString().slice(0, 10) === day
}
