import { z } from 'zod'
import type { Action } from '#core/rights.ts'
import { listChanges, withoutPassword } from '#db/admin/changes.ts'
import type { HistoryLine, Snapshot } from '#db/admin/changes.ts'
import { canBeUndone, undoChange } from '#db/admin/undo.ts'
import type { UndoneKind } from '#db/admin/undo.ts'
import { BAD_CURSOR, cutPage, pageQuery, readPlace } from './page.ts'
import { adminRoute, problemOf } from './route.ts'
import type { AdminRoute } from './route.ts'

const DIGITS = /^\d{1,18}$/

/** Who changed what of a kind of thing, when and why, and how it was before. */
export function changesRoute(
  kind: UndoneKind,
  { path, action }: { readonly path: string; readonly action: Action },
): AdminRoute {
  return adminRoute({
    ...{ method: 'get', path: `${path}/changes`, operationId: `list-${kind}-changes`, action },
    summary: `Who changed what of ${kind === 'terms' ? kind : `${kind}s`}, newest first`,
    query: z.strictObject({
      subject: z.string().min(1).max(400).optional().meta({
        description: 'Of one thing, as a change names it: rule example.org guest.',
      }),
      ...pageQuery,
    }),
    answers: { status: 200, schema: 'Changes' },
    async run({ sql, query: { subject = null, limit, cursor } }) {
      const place = cursor === undefined ? null : readPlace(cursor, [DIGITS])
      if (cursor !== undefined && place === null) return BAD_CURSOR
      const page = { before: place?.[0] ?? null, rows: limit + 1 }
      const found = await listChanges(sql, { kind, subject }, page)
      const { rows, next } = cutPage(found, limit, ({ id }) => [id])
      return { status: 200, body: { rows: rows.map(shown), next } }
    },
  })
}

export function undoRoute(
  kind: UndoneKind,
  { path, action }: { readonly path: string; readonly action: Action },
): AdminRoute {
  return adminRoute({
    ...{ method: 'post', path: `${path}/changes/{id}/undo`, operationId: `undo-${kind}-change` },
    ...{ action, idSchema: z.string().regex(DIGITS) },
    summary: 'Make it as it was before a change; refused if it was changed since',
    answers: { status: 200, schema: 'Change' },
    async run({ sql, id, caller, reason }) {
      const undone = await undoChange(sql, kind, id, { ...caller, reason })
      return undone.ok ? { status: 200, body: shown(undone.value) } : problemOf(undone.refusal)
    },
  })
}

function shown(line: HistoryLine): object {
  const [before, after] = [line.before, line.after].map(shownState)
  return { ...line, before, after, canBeUndone: canBeUndone(line) }
}

function shownState(state: Snapshot | null): object | null {
  if (state === null) return null
  const said = Object.entries(state).map(([name, value]) => [
    name,
    typeof value === 'string' ? withoutPassword(value) : value,
  ])
  return Object.fromEntries(said) as object
}
