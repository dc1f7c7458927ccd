import { z } from 'zod'
import { addHold, endHold, listHolds, namesConnections, pageOfHolds } from '#db/holds.ts'
import type { Hold } from '#db/holds.ts'
import { missingFromLog, reachOf } from '../../admin/log-request.ts'
import { askerOf, caseRef, criteriaFields, readWish } from './log-criteria.ts'
import { NOT_WHOLE } from './packs.ts'
import { BAD_CURSOR, cutPage, pageQuery, readPlace } from './page.ts'
import { logRoute, problemOf } from './route.ts'
import type { AdminRoute } from './route.ts'
import { day } from './schemas.ts'

const PATH = '/api/v1/holds'
const DIGITS = /^\d{1,18}$/

/** Rows of the log that are kept for a case past their year. */
export const HOLD_ROUTES: readonly AdminRoute[] = [
  logRoute({
    ...{ method: 'get', path: PATH, operationId: 'listHolds', action: 'logs.search' },
    summary: 'Holds, the latest first; those that have ended too',
    query: z.strictObject(pageQuery),
    answers: { status: 200, schema: 'Holds' },
    async run({ log, caller, query: { limit, cursor } }) {
      const place = cursor === undefined ? null : readPlace(cursor, [DIGITS])
      if (cursor !== undefined && place === null) return BAD_CURSOR
      const page = { before: place?.[0] ?? null, rows: limit + 1 }
      const found = await pageOfHolds(log, caller.rights.reach('logs.search'), page)
      const { rows, next } = cutPage(found, limit, ({ id }) => [id])
      return { status: 200, body: { rows: rows.map(shown), next } }
    },
  }),
  logRoute({
    ...{ method: 'post', path: PATH, operationId: 'addHold', action: 'logs.search' },
    summary: 'Keep the rows that fit now for a case, until a day; sent twice, it is two holds',
    description:
      'Audit-Reason says why, and is needed. For named connections: mac, user, ip or publicIp, or site with from and to.',
    body: z.strictObject({ ...criteriaFields, case: caseRef, until: day }),
    answers: { status: 200, schema: 'HeldRows' },
    async run({ log, services, caller, body, reason }) {
      const asked = await readWish({ services, caller, reason }, body)
      if (!('criteria' in asked)) return asked
      const { criteria } = asked
      if (!namesConnections(criteria)) return TOO_WIDE
      const now = services.clock()
      const { until } = body
      if (until < new Date(now).toISOString().slice(0, 10)) return problemOf('over-already')
      if ((await missingFromLog({ log })) > 0) return NOT_WHOLE
      const wish = {
        caseRef: body.case,
        reason: asked.reason,
        until,
        actor: caller.actor,
        criteria,
        now,
      }
      const rows = await addHold(log, wish)
      if (rows > 0) return { status: 200, body: { case: body.case, rows } }
      return { problem: 'refused', detail: 'No row fits: nothing is held.' }
    },
  }),
  logRoute({
    ...{ method: 'post', path: `${PATH}/{case}/end`, operationId: 'endHolds' },
    ...{ action: 'logs.search', idSchema: caseRef },
    summary: 'End the holds of a case; by who could have made them',
    answers: { status: 200, schema: 'EndedHolds' },
    async run({ log, services, caller, id }) {
      const ofCase = (await listHolds(log, false)).filter((hold) => hold.caseRef === id)
      const sites = ofCase.map(({ criteria: { site } }) => (typeof site === 'string' ? site : null))
      const isReached = await reachOf(askerOf({ services, caller }), 'logs.search', sites)
      if (sites.length === 0 || !sites.every(isReached)) return problemOf('not-found')
      const holds = await endHold(log, id, caller.actor)
      return holds === 0 ? problemOf('not-found') : { status: 200, body: { case: id, holds } }
    },
  }),
]

const TOO_WIDE = {
  problem: 'refused',
  detail:
    'A hold is for named connections: give mac, user, ip or publicIp, or site with from and to.',
} as const

function shown({ caseRef, ...hold }: Hold): object {
  return { case: caseRef, ...hold }
}
