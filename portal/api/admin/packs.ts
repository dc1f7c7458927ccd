import { z } from 'zod'
import {
  criteriaJson,
  findExportRequest,
  isApproved,
  pageOfExportRequests,
  requestExport,
} from '#db/export/export-requests.ts'
import type { ExportRequest } from '#db/export/export-requests.ts'
import { missingFromLog } from '../../admin/log-request.ts'
import { packFile } from '../../admin/pack-file.ts'
import { caseRef, criteriaFields, reachesSite, readWish } from './log-criteria.ts'
import { BAD_CURSOR, cutPage, pageQuery, readPlace } from './page.ts'
import { logRoute, problemOf } from './route.ts'
import type { AdminRoute, LogRequest } from './route.ts'

const PATH = '/api/v1/packs'
const CODE = /^[0-9A-Z]{8}$/
const idSchema = z.string().regex(CODE)

/** Packs of the log: asked for by a program, and approved by people alone. */
export const PACK_ROUTES: readonly AdminRoute[] = [
  logRoute({
    ...{ method: 'get', path: PATH, operationId: 'listPacks', action: 'logs.search' },
    summary: 'Packs that were asked for in the last 30 days, the latest first',
    query: z.strictObject(pageQuery),
    answers: { status: 200, schema: 'Packs' },
    async run({ log, caller, query: { limit, cursor } }) {
      const place = cursor === undefined ? null : readPlace(cursor, [/^[0-9TZ:.-]{20,30}$/, CODE])
      if (cursor !== undefined && place === null) return BAD_CURSOR
      const [at = '', code = ''] = place ?? []
      const page = { before: place === null ? null : { at, code }, rows: limit + 1 }
      const found = await pageOfExportRequests(log, caller.rights.reach('logs.search'), page)
      const keys = (one: ExportRequest): string[] => [one.requestedAt.toISOString(), one.code]
      const { rows, next } = cutPage(found, limit, keys)
      return { status: 200, body: { rows: rows.map(shown), next } }
    },
  }),
  logRoute({
    ...{ method: 'post', path: PATH, operationId: 'askForPack', action: 'logs.search' },
    summary: 'Ask for a pack; the same again finds the request that is there',
    description:
      'Audit-Reason says why, and is needed: it stands in the pack. A person approves it, on the pages or by the command: neither whom the token is for, nor who made it.',
    body: z.strictObject({ ...criteriaFields, case: caseRef }),
    answers: { status: 200, schema: 'Pack' },
    async run({ log, services, caller, body, reason }) {
      const wish = await readWish({ services, caller, reason }, body)
      if (!('criteria' in wish)) return wish
      const asked = {
        ...wish,
        caseRef: body.case,
        actor: caller.actor,
        token: caller.name,
      }
      const { request } = await requestExport(log, asked)
      return { status: 200, body: shown(request), location: `${PATH}/${request.code}` }
    },
  }),
  logRoute({
    ...{ method: 'get', path: `${PATH}/{pack}`, operationId: 'readPack', action: 'logs.search' },
    ...{ summary: 'One pack: who asked, who approved', idSchema },
    answers: { status: 200, schema: 'Pack' },
    async run(request) {
      const found = await findWithin(request)
      return found === null ? problemOf('not-found') : { status: 200, body: shown(found) }
    },
  }),
  logRoute({
    ...{ method: 'post', path: `${PATH}/{pack}/file`, operationId: 'downloadPack' },
    ...{ action: 'logs.search', idSchema },
    summary: 'The file of a pack that was approved, made anew of the log as it is now',
    description: 'By POST: each time stands in the audit.',
    answers: { status: 200, file: 'application/zip' },
    async run(request) {
      const { log, services, caller } = request
      const found = await findWithin(request)
      if (found === null) return problemOf('not-found')
      if (!isApproved(found)) {
        return { problem: 'refused', detail: 'A second person has not approved it yet.' }
      }
      // A pack says what was there: one row less would be a lie.
      if ((await missingFromLog({ log })) > 0) return NOT_WHOLE
      const stream = await packFile({ services, log }, found, caller.actor)
      const name = `pack-${found.code}.zip`
      return { status: 200, file: { name, type: 'application/zip', stream } }
    },
  }),
]

export const NOT_WHOLE = {
  problem: 'refused',
  detail: 'Events that were received are not in the log yet: try again in a minute.',
} as const

async function findWithin(request: LogRequest<unknown, unknown>): Promise<ExportRequest | null> {
  const found = await findExportRequest(request.log, request.id)
  // As much is asked of the database where there is none.
  const isReached = await reachesSite(request, found?.criteria.site ?? null)
  return isReached ? found : null
}

function shown(request: ExportRequest): object {
  const { code, caseRef, reason, requestedBy, requestedAt, token } = request
  const { approvedBy, approvedAt } = request
  return {
    ...{ code, case: caseRef, reason, criteria: criteriaJson(request.criteria) },
    ...{ requestedBy, requestedAt, token, approvedBy, approvedAt },
  }
}
