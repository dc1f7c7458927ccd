import { z } from 'zod'
import { listAlertChannels, listAlerts, recordAlertLook } from '#db/admin/alerts.ts'
import { URGENT_KINDS } from '#db/alerts.ts'
import { BAD_CURSOR, cutPage, pageQuery, readPlace } from './page.ts'
import { adminRoute } from './route.ts'
import type { AdminRoute } from './route.ts'

const DIGITS = /^\d{1,18}$/

/** What the security desk is told of, and whom it is sent to. */
export const ALERT_ROUTES: readonly AdminRoute[] = [
  adminRoute({
    ...{ method: 'get', path: '/api/v1/alerts', operationId: 'listAlerts', action: 'alerts.read' },
    summary: 'What happened, newest first, and how telling it went',
    description: 'They name people: the look is a line of the audit, once for all its pages.',
    query: z.strictObject(pageQuery),
    answers: { status: 200, schema: 'Alerts' },
    async run({ sql, caller, reason, query: { limit, cursor } }) {
      const place = cursor === undefined ? null : readPlace(cursor, [DIGITS])
      if (cursor !== undefined && place === null) return BAD_CURSOR
      const found = await listAlerts(sql, { before: place?.[0] ?? null, rows: limit + 1 })
      if (place === null) await recordAlertLook(sql, caller.actor, reason)
      const { rows, next } = cutPage(found, limit, ({ id }) => [id])
      const shown = rows.map((row) => ({ ...row, urgent: URGENT_KINDS.includes(row.kind) }))
      return { status: 200, body: { rows: shown, next } }
    },
  }),
  adminRoute({
    ...{ method: 'get', path: '/api/v1/alert-channels', operationId: 'listAlertChannels' },
    action: 'alerts.read',
    summary: 'Whom alerts are sent to, what waits, and what went wrong. Never a secret',
    answers: { status: 200, schema: 'AlertChannels' },
    async run({ sql }) {
      return { status: 200, body: { rows: await listAlertChannels(sql) } }
    },
  }),
]
