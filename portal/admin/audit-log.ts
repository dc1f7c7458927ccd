import type { Handler } from 'hono'
import { html } from 'hono/html'
import { listAuditLines, recordLook } from '#db/admin/audit-lines.ts'
import { CHANGED_KINDS, readAction } from '#db/audit-actions.ts'
import type { Html } from '../pages/html.ts'
import type { Services } from '../services.ts'
import type { AuditText } from '../text/audit-fr.ts'
import { fill } from '../text/fill.ts'
import { when } from '../text/when.ts'
import { sendAdminPage } from './admin-page.ts'
import { AUDIT_PATH } from './admin-paths.ts'
import { withRight } from './admin-request.ts'
import { table } from './pieces.ts'

const ROWS = 100
const LONGEST = 200

/** `GET /admin/audit?actor=…&action=…&before=…` */
export function auditLog(services: Services): Handler {
  return withRight(services, 'audit.read', async ({ c, sql, frame, text, doer }) => {
    const { audit: words, changes } = text
    const asked = new URL(c.req.url).searchParams
    const field = (name: string): string => (asked.get(name) ?? '').trim().slice(0, LONGEST)
    const orNull = (name: string): string | null => (field(name) === '' ? null : field(name))
    const before = /^\d{1,18}$/.test(field('before')) ? field('before') : null
    const filter = { actor: orNull('actor'), action: orNull('action'), subject: null }
    const found = await listAuditLines(sql, filter, { before, rows: ROWS + 1 })
    if (before === null) await recordLook(sql, { actor: doer.actor, filter, reason: null })
    const shown = found.slice(0, ROWS)
    const next = new URLSearchParams({
      ...{ actor: field('actor'), action: field('action'), before: shown.at(-1)?.id ?? '' },
    })
    const rows = shown.map((line) => [
      when(line.at, frame),
      html`<bdi>${line.actor}</bdi>`,
      html`${actionIn(line.action, words)}<br /><span class="soft">${line.action}</span>`,
      html`<bdi>${subjectIn(line.subject, words)}</bdi>`,
      line.reason !== null && html`<bdi>${line.reason}</bdi>`,
    ])
    const heads = [changes.when, changes.who, text.rules.action, changes.what, words.why]
    return sendAdminPage(c, services, {
      ...{ frame, title: words.title },
      main: html`<h1>${words.title}</h1>
        <p class="lead">${words.lead}</p>
        <form method="get" action="${AUDIT_PATH}" role="search">
          <label for="actor">${words.actor}</label>
          <input id="actor" name="actor" value="${field('actor')}" maxlength="${LONGEST}" />
          <label for="action">${words.action}</label>
          <input id="action" name="action" value="${field('action')}" maxlength="${LONGEST}" />
          <button>${text.search}</button>
        </form>
        ${rows.length === 0 ? html`<p>${words.none}</p>` : table(words.title, heads, rows)}
        ${before !== null && html`<p><a href="${AUDIT_PATH}">${text.first}</a></p>`}
        ${found.length > ROWS && html`<p><a href="${AUDIT_PATH}?${next.toString()}">${text.next}</a></p>`}`,
    })
  })
}

/** What was done, in the reader's words; of another version of the program its code, which stands below in any case. */
function actionIn(action: string, words: AuditText): Html | string {
  const read = readAction(action)
  if (read === null) return ''
  if ('named' in read) return words.actions[read.named]
  return fill(words.deed, { deed: words.deeds[read.deed], kind: words.kinds[read.kind] })
}

/** `rule example.org guest`, its kind in words. */
function subjectIn(subject: string, { kinds }: AuditText): string {
  const [kind, ...rest] = subject.split(' ')
  const known = CHANGED_KINDS.find((one) => one === kind)
  return known === undefined || rest.length === 0 ? subject : [kinds[known], ...rest].join(' ')
}
