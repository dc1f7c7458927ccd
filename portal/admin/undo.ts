import type { Context, Handler, Next } from 'hono'
import { html } from 'hono/html'
import type { Action } from '#core/rights.ts'
import { undoChange } from '#db/admin/undo.ts'
import type { UndoneKind } from '#db/admin/undo.ts'
import type { Services } from '../services.ts'
import { formOf } from '../staff/staff-form.ts'
import { sendAdminPage } from './admin-page.ts'
import { FILTERING_PATH, PEOPLE_PATH, PLACES_PATH, RULES_PATH, TERMS_PATH } from './admin-paths.ts'
import { withRight } from './admin-request.ts'
import { rowNumber } from './fields.ts'
import { sendNothing } from './nothing-there.ts'

/** What can be undone: by which right, and the page that shows it afterwards. */
const KINDS = {
  rule: { action: 'rules.write', back: RULES_PATH },
  site: { action: 'sites.write', back: PLACES_PATH },
  network: { action: 'sites.write', back: PLACES_PATH },
  gateway: { action: 'gateways.write', back: PLACES_PATH },
  role: { action: 'roles.write', back: PEOPLE_PATH },
  terms: { action: 'terms.write', back: TERMS_PATH },
  list: { action: 'rules.write', back: FILTERING_PATH },
} as const satisfies Readonly<Record<UndoneKind, { action: Action; back: string }>>

export const UNDO_ACTIONS: readonly Action[] = Object.values(KINDS).map(({ action }) => action)

/** `POST /admin/undo`: the right is asked of the thing that was changed. */
export function undo(services: Services): Handler {
  const handlers = new Map(
    Object.entries(KINDS).map(([kind, { action, back }]) => [
      kind,
      undoOf(services, kind as UndoneKind, action, back),
    ]),
  )
  const unknown = withRight(services, 'sites.read', (view) => sendNothing(services, view))
  return function undoHandler(c: Context, next: Next) {
    return (handlers.get(formOf(c).get('kind') ?? '') ?? unknown)(c, next)
  }
}

function undoOf(services: Services, kind: UndoneKind, action: Action, back: string): Handler {
  return withRight(services, action, async (view) => {
    const { c, sql, text, frame, doer } = view
    const id = rowNumber(formOf(c).get('change') ?? undefined)
    if (id === null) return sendNothing(services, view)
    const undone = await undoChange(sql, kind, id, doer)
    if (undone.ok) return c.redirect(`${back}?undone`, 303)
    return sendAdminPage(c, services, {
      ...{ frame, title: text.changes.title, status: 409 },
      main: html`<h1>${text.changes.title}</h1>
        <p class="error" role="alert">${text.refusals[undone.refusal]}</p>
        <p><a class="button" href="${back}">${text.first}</a></p>`,
    })
  })
}
