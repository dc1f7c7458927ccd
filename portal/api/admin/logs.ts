import { z } from 'zod'
import { EVERYWHERE } from '#core/rights.ts'
import { listJobs } from '#db/admin/jobs.ts'
import { openSearchByToken, readSearchPageByToken } from '#db/connections.ts'
import type { ConnectionPlace } from '#db/connections.ts'
import { sealingState } from '#db/sealing/seals.ts'
import { missingFromLog } from '../../admin/log-request.ts'
import { NAME_A_PLACE, SAY_WHY, criteriaFields, criteriaOf, faultOf } from './log-criteria.ts'
import { BAD_CURSOR, pageQuery, readPlace, writePlace } from './page.ts'
import { logRoute } from './route.ts'
import type { AdminRoute, LogAnswer, LogRequest } from './route.ts'

const DIGITS = /^\d{1,18}$/
const INSTANT = /^\d{4}-\d\d-\d\dT[\d:.]{8,12}Z$/
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

const searchWish = z.strictObject({
  ...criteriaFields,
  ...{ limit: pageQuery.limit, cursor: pageQuery.cursor },
})
type SearchRequest = LogRequest<null, z.output<typeof searchWish>>

/** Who was there and when; how long it is kept, and how it is sealed. */
export const LOG_ROUTES: readonly AdminRoute[] = [
  logRoute({
    ...{ method: 'post', path: '/api/v1/logs/search', operationId: 'searchLog' },
    ...{ action: 'logs.search', body: searchWish },
    summary: 'Connections that fit, oldest first',
    description:
      'A look, by POST since it names people. Audit-Reason says why, and is needed: it stands in the audit with what is looked for before the first row is read. The next page is of the same search.',
    answers: { status: 200, schema: 'Connections' },
    run: (request) => (request.body.cursor === undefined ? begin(request) : goOn(request)),
  }),
  logRoute({
    ...{ method: 'get', path: '/api/v1/logs/keeping', operationId: 'readLogKeeping' },
    action: 'logs.search',
    summary: 'How far the log is sealed, and when retention and sealing ran',
    answers: { status: 200, schema: 'LogKeeping' },
    async run({ log, services, caller }) {
      const { days, lastDay, sealedAt, keyId } = await sealingState(log.sql)
      // When a job ran is nothing of anybody's.
      const scope = { actor: caller.actor, reach: EVERYWHERE }
      const jobs = (await services.admin.transaction(scope, listJobs)).filter(({ name }) =>
        ['retention', 'sealing'].includes(name),
      )
      return {
        status: 200,
        body: { sealedDays: days, lastSealedDay: lastDay, sealedAt, keyId, jobs },
      }
    },
  }),
]

async function begin(request: SearchRequest): Promise<LogAnswer> {
  const { log, token, body, reason } = request
  const criteria = criteriaOf(body)
  const fault = faultOf(criteria)
  if (fault !== null) return fault
  if (reason === null) return SAY_WHY
  const opened = await openSearchByToken(log, token, criteria, reason)
  if (!opened.ok) return opened.refusal === 'reach' ? NAME_A_PLACE : ENDED
  const page = await pageOf(request, opened.search, null)
  if (page === null) return BAD_CURSOR
  return { status: 200, body: { ...page, missing: await missingFromLog({ log }) } }
}

/** It was in force when the request came. */
const ENDED = {
  problem: 'bad-token',
  detail: 'See npx accueil tokens list, and make another token.',
} as const satisfies LogAnswer

async function goOn(request: SearchRequest): Promise<LogAnswer> {
  const place = readPlace(request.body.cursor ?? '', [DIGITS, INSTANT, UUID])
  if (place === null) return BAD_CURSOR
  const [search = '', start = '', sessionId = ''] = place
  const page = await pageOf(request, search, { start: new Date(start), sessionId })
  return page === null ? BAD_CURSOR : { status: 200, body: { ...page, missing: null } }
}

/** Null: it is no search of this token. */
async function pageOf(
  { log, token, body: { limit } }: SearchRequest,
  search: string,
  after: ConnectionPlace | null,
): Promise<{ readonly rows: readonly object[]; readonly next: string | null } | null> {
  const found = await readSearchPageByToken(log, token, search, after, limit + 1)
  if (found === null) return null
  const rows = found.slice(0, limit)
  const last = found.length > limit ? rows.at(-1) : undefined
  const next =
    last === undefined ? null : writePlace([search, last.start.toISOString(), last.sessionId])
  return { rows, next }
}
