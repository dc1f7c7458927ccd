import { z } from 'zod'
import { listAuditLines, recordLook } from '#db/admin/audit-lines.ts'
import { BAD_CURSOR, cutPage, pageQuery, readPlace } from './page.ts'
import { adminRoute } from './route.ts'
import type { AdminRoute } from './route.ts'

const DIGITS = /^\d{1,18}$/
const word = z.string().min(1).max(400)

/** Who did what. */
export const AUDIT_ROUTES: readonly AdminRoute[] = [
  adminRoute({
    ...{ method: 'get', path: '/api/v1/audit', operationId: 'readAudit', action: 'audit.read' },
    summary: 'Every change and every look, newest first',
    description: 'The look is a line of the audit itself, once for all its pages.',
    query: z.strictObject({
      actor: word.optional().meta({ example: 'staff:ada' }),
      action: word.optional().meta({ description: 'rule.change, or rule for all of rules.' }),
      subject: word.optional(),
      ...pageQuery,
    }),
    answers: { status: 200, schema: 'AuditLines' },
    async run({ sql, caller, reason, query }) {
      const { limit, cursor, actor = null, action = null, subject = null } = query
      const place = cursor === undefined ? null : readPlace(cursor, [DIGITS])
      if (cursor !== undefined && place === null) return BAD_CURSOR
      const filter = { actor, action, subject }
      const page = { before: place?.[0] ?? null, rows: limit + 1 }
      const found = await listAuditLines(sql, filter, page)
      if (place === null) await recordLook(sql, { actor: caller.actor, filter, reason })
      return { status: 200, body: cutPage(found, limit, ({ id }) => [id]) }
    },
  }),
]
