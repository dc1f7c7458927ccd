import { z } from 'zod'
import {
  answerUnblock,
  findWaitingName,
  listUnblockAnswers,
  listWaitingLongest,
} from '#db/admin/unblock-requests.ts'
import type { WaitingName } from '#db/admin/unblock-requests.ts'
import { BAD_CURSOR, cutPage, pageQuery, readPlace } from './page.ts'
import { adminRoute, problemOf } from './route.ts'
import type { AdminAnswer, AdminRoute } from './route.ts'
import { code, domain, instant, search } from './schemas.ts'

const PATH = '/api/v1/unblock-requests'
const DIGITS = /^\d{1,18}$/
const idSchema = z.string().regex(DIGITS)

const decision = z.discriminatedUnion('decision', [
  z.strictObject({ decision: z.literal('refuse') }),
  z.strictObject({
    decision: z.literal('allow'),
    where: z
      .enum(['site', 'association', 'everywhere'])
      .default('site')
      .meta({ description: 'How far the rule goes that lets the name through.' }),
    until: instant.nullable().default(null),
  }),
])

/** What people at places ask to have unblocked, and what was answered. */
export const UNBLOCK_ROUTES: readonly AdminRoute[] = [
  adminRoute({
    ...{ method: 'get', path: PATH, operationId: 'listUnblockRequests', action: 'rules.read' },
    summary: 'Names that people ask to have unblocked, those that wait longest first',
    description: 'All who ask for one name at one place are one.',
    query: z.strictObject({
      q: search.optional().meta({ description: 'A part of the name.' }),
      site: code.optional(),
      ...pageQuery,
    }),
    answers: { status: 200, schema: 'UnblockRequests' },
    async run({ sql, query: { q = null, site = null, limit, cursor } }) {
      const place = cursor === undefined ? null : readPlace(cursor, [DIGITS])
      if (cursor !== undefined && place === null) return BAD_CURSOR
      const page = { after: place?.[0] ?? null, rows: limit + 1 }
      const found = await listWaitingLongest(sql, { q, site }, page)
      const { rows, next } = cutPage(found, limit, ({ firstId }) => [firstId])
      return { status: 200, body: { rows: rows.map(shown), next } }
    },
  }),
  adminRoute({
    ...{ method: 'get', path: `${PATH}/{id}`, operationId: 'readUnblockRequest' },
    ...{ action: 'rules.read', idSchema },
    summary: 'One name that waits for an answer; by any id that it had',
    answers: { status: 200, schema: 'UnblockRequest' },
    async run({ sql, id }) {
      const found = await findWaitingName(sql, id)
      if (found === null) return problemOf('not-found')
      return { status: 200, body: shown(found), etag: found.etag }
    },
  }),
  adminRoute({
    ...{ method: 'post', path: `${PATH}/{id}/answer`, operationId: 'answerUnblockRequest' },
    ...{ action: 'rules.write', idSchema, ifMatch: 'required', body: decision },
    summary: 'Let a name through, by a rule, or say no, to all who asked for it',
    description: 'Audit-Reason says why, and is needed: it is kept with the answer.',
    answers: { status: 200, schema: 'UnblockAnswered' },
    async run({ sql, id, ifMatch, body, caller, reason }) {
      const etag = ifMatch ?? ''
      // Whoever read it and finds it gone comes second.
      const gone = etag === '*' ? problemOf('not-found') : ANSWERED
      if ((await findWaitingName(sql, id)) === null) return gone
      if (reason === null) {
        return { problem: 'bad-parameter', detail: 'Send Audit-Reason: why it is answered so.' }
      }
      const answered = await answerUnblock(sql, id, body, { ...caller, reason }, etag)
      if (!answered.ok) {
        return answered.refusal === 'not-found' ? gone : problemOf(answered.refusal)
      }
      const { rule } = answered.value
      if (rule === null) return { status: 200, body: { rule } }
      const { etag: _, ...made } = rule
      return { status: 200, body: { rule: made, declared: made.declared } }
    },
  }),
  adminRoute({
    ...{ method: 'get', path: '/api/v1/unblock-answers', operationId: 'listUnblockAnswers' },
    action: 'rules.read',
    summary: 'What was answered, the latest first: by whom, why, and the rule that it made',
    query: z.strictObject({ domain: domain.optional(), ...pageQuery }),
    answers: { status: 200, schema: 'UnblockAnswers' },
    async run({ sql, query: { domain = null, limit, cursor } }) {
      const place = cursor === undefined ? null : readPlace(cursor, [DIGITS])
      if (cursor !== undefined && place === null) return BAD_CURSOR
      const page = { before: place?.[0] ?? null, rows: limit + 1 }
      const found = await listUnblockAnswers(sql, { domain }, page)
      return { status: 200, body: cutPage(found, limit, ({ id }) => [id]) }
    },
  }),
]

const ANSWERED = {
  problem: 'changed',
  detail:
    'Somebody has answered it since you read it, or it is too old. /api/v1/unblock-answers says who, and why.',
} as const satisfies AdminAnswer

function shown({ etag: _, firstId: _first, ...request }: WaitingName): object {
  return request
}
