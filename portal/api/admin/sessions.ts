import { z } from 'zod'
import { recordLine } from '#db/admin/audit-lines.ts'
import { listDisconnects, requestDisconnect } from '#db/admin/disconnects.ts'
import { listLiveSessions, pageOfLiveCounts } from '#db/admin/live-sessions.ts'
import type { LiveSession } from '#db/admin/live-sessions.ts'
import { findSite } from '#db/admin/sites.ts'
import { BAD_CURSOR, cutPage, pageQuery, readPlace } from './page.ts'
import { adminRoute, problemOf } from './route.ts'
import type { AdminRoute } from './route.ts'
import { code, line, mac } from './schemas.ts'

const PATH = '/api/v1/sites/{code}/sessions'
const INSTANT = /^[0-9TZ:.-]{20,30}$/
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Who is connected at a place, and the end of it: nobody lists who is where in all of them. */
export const SESSION_ROUTES: readonly AdminRoute[] = [
  adminRoute({
    ...{ method: 'get', path: PATH, operationId: 'listSessions', action: 'sessions.read' },
    ...{ summary: 'Who is connected at a place now, the latest first', idSchema: code },
    description: 'The look is a line of the audit, once for all its pages.',
    query: z.strictObject(pageQuery),
    answers: { status: 200, schema: 'Sessions' },
    async run({ sql, id, caller, reason, query: { limit, cursor } }) {
      const site = await findSite(sql, id)
      if (site === null) return problemOf('not-found')
      const place = cursor === undefined ? null : readPlace(cursor, [INSTANT, UUID])
      if (cursor !== undefined && place === null) return BAD_CURSOR
      const [at = '', key = ''] = place ?? []
      const before = place === null ? null : { at, key }
      const found = await listLiveSessions(
        sql,
        { site: id, mac: null },
        { before, rows: limit + 1 },
      )
      if (place === null) {
        const look = { action: 'sessions.read', subject: `site ${id}`, reason }
        const { association } = site
        await recordLine(sql, { ...look, actor: caller.actor, association, details: {} })
      }
      return { status: 200, body: cutPage(found, limit, keysOf) }
    },
  }),
  adminRoute({
    ...{ method: 'get', path: '/api/v1/sessions', operationId: 'findSessions' },
    action: 'sessions.read',
    summary: 'Where a device is connected now, the latest first',
    description:
      'Audit-Reason says why, and is needed: the look is a line of the audit. How it came in is told by /api/v1/radius/logins.',
    query: z.strictObject({ mac, ...pageQuery }),
    answers: { status: 200, schema: 'Sessions' },
    async run({ sql, caller, reason, query: { mac, limit, cursor } }) {
      const place = cursor === undefined ? null : readPlace(cursor, [INSTANT, UUID])
      if (cursor !== undefined && place === null) return BAD_CURSOR
      if (reason === null) {
        return { problem: 'bad-parameter', detail: 'Send Audit-Reason: why you look.' }
      }
      const [at = '', key = ''] = place ?? []
      const page = { before: place === null ? null : { at, key }, rows: limit + 1 }
      const found = await listLiveSessions(sql, { site: null, mac }, page)
      if (place === null) {
        const look = { action: 'sessions.read', subject: `device ${mac}`, reason }
        await recordLine(sql, { ...look, actor: caller.actor, association: null, details: {} })
      }
      return { status: 200, body: cutPage(found, limit, keysOf) }
    },
  }),
  adminRoute({
    ...{ method: 'get', path: '/api/v1/sessions/counts', operationId: 'listSessionCounts' },
    action: 'sessions.read',
    summary: 'How many are connected, by place; places where nobody is are not in it',
    query: z.strictObject(pageQuery),
    answers: { status: 200, schema: 'SessionCounts' },
    async run({ sql, query: { limit, cursor } }) {
      const place = cursor === undefined ? null : readPlace(cursor, [/^[A-Za-z0-9._-]{1,64}$/])
      if (cursor !== undefined && place === null) return BAD_CURSOR
      const found = await pageOfLiveCounts(sql, { after: place?.[0] ?? null, rows: limit + 1 })
      return { status: 200, body: cutPage(found, limit, ({ site }) => [site]) }
    },
  }),
  adminRoute({
    ...{ method: 'post', path: `${PATH}/end`, operationId: 'endSessions', action: 'sessions.end' },
    ...{ idSchema: code },
    summary: 'Have the gateway end the sessions of a device or an account at a place',
    description: 'Audit-Reason says why, and is needed. What became of it is read by the request.',
    body: z
      .strictObject({ mac: mac.optional(), account: line.optional() })
      .refine(
        (wish) => wish.mac !== undefined || wish.account !== undefined,
        'names neither mac nor account',
      ),
    answers: { status: 200, schema: 'Disconnects' },
    async run({ sql, id, caller, reason, body }) {
      const site = await findSite(sql, id)
      if (site === null) return problemOf('not-found')
      const where = { association: site.association, site: id }
      if (!caller.rights.can('sessions.end', where)) return problemOf('not-yours')
      if (reason === null) {
        return { problem: 'bad-parameter', detail: 'Send Audit-Reason: why it is disconnected.' }
      }
      const request = await requestDisconnect(sql, {
        ...{ mac: body.mac ?? null, account: body.account ?? null, site: id },
        ...{ actor: caller.actor, reason },
      })
      return { status: 200, body: { request, rows: [] } }
    },
  }),
  adminRoute({
    ...{ method: 'get', path: '/api/v1/disconnects/{request}', operationId: 'readDisconnects' },
    ...{ action: 'sessions.end', idSchema: z.string().regex(UUID) },
    summary: 'What became of a request to disconnect, session by session',
    answers: { status: 200, schema: 'Disconnects' },
    async run({ sql, id }) {
      const rows = await listDisconnects(sql, id)
      // Another's and none are not told apart: with nothing open there is nothing to read either.
      return rows.length === 0
        ? problemOf('not-found')
        : {
            status: 200,
            body: {
              request: id,
              rows: rows.map(({ gateway, mac, account, outcome }) => ({
                gateway,
                mac,
                account,
                outcome,
              })),
            },
          }
    },
  }),
]

function keysOf({ startedAt, key }: LiveSession): readonly string[] {
  return [startedAt.toISOString(), key]
}
