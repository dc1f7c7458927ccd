import { z } from 'zod'
import { recordLine } from '#db/admin/audit-lines.ts'
import { listDisconnects, requestDisconnect } from '#db/admin/disconnects.ts'
import { listLiveSessions } from '#db/admin/live-sessions.ts'
import { findSite } from '#db/admin/sites.ts'
import { BAD_CURSOR, cutPage, pageQuery, readPlace } from './page.ts'
import { adminRoute, problemOf } from './route.ts'
import type { AdminRoute } from './route.ts'
import { code, line, mac } from './schemas.ts'

const PATH = '/api/v1/sites/{code}/sessions'
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
      const place = cursor === undefined ? null : readPlace(cursor, [/^[0-9TZ:.-]{20,30}$/, UUID])
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
      const keys = (row: (typeof found)[number]): string[] => [row.startedAt.toISOString(), row.key]
      return { status: 200, body: cutPage(found, limit, keys) }
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
