import type { Handler } from 'hono'
import { html } from 'hono/html'
import { countLiveSessions } from '#db/admin/live-sessions.ts'
import type { Html } from '../pages/html.ts'
import type { Services } from '../services.ts'
import { tokenField } from '../staff/staff-layout.ts'
import { sendAdminPage } from './admin-page.ts'
import { SESSIONS_PATH } from './admin-paths.ts'
import { withRight } from './admin-request.ts'
import type { AdminView } from './admin-request.ts'
import { askedFor, field, reasonField, searchForm } from './fields.ts'
import { table } from './pieces.ts'

const PLACES = 100

/** `GET /admin/sessions?q=…`: how many are connected where, and the way to one device's story. */
export function liveSessions(services: Services): Handler {
  return withRight(services, 'sessions.read', async (view) => {
    const { c, sql, frame, text, rights } = view
    const { sessions: words } = text
    const q = askedFor(view, 'q')
    const found = await countLiveSessions(sql, q === '' ? null : q, PLACES)
    const rows = found.map(({ site, siteName, guests, staff }) => [
      html`<a href="${SESSIONS_PATH}/${site}"><bdi>${siteName}</bdi></a>
        <span class="soft">${site}</span>`,
      guests,
      staff,
    ])
    return sendAdminPage(c, services, {
      ...{ frame, title: words.title },
      main: html`<h1>${words.title}</h1>
        <p class="lead">${words.lead}</p>
        ${searchForm(SESSIONS_PATH, text.places.label, q, text.search)}
        ${
          rows.length === 0
            ? html`<p class="card">${q === '' ? words.nobody : text.places.none}</p>`
            : table(words.title, [words.place, text.guest, text.staff], rows)
        }
        ${rights.has('radius.explain') && storyForm(view)}`,
    })
  })
}

/** What a device or an account lived through; by form, for it names somebody. */
export function storyForm(view: Pick<AdminView, 'c' | 'frame' | 'text'>): Html {
  const { c, frame, text } = view
  const { sessions: words } = text
  const given = (name: string): string => c.get('staffForm')?.get(name) ?? ''
  const code = { isCode: true, maxlength: 200 } as const
  return html`<section class="card" aria-labelledby="story">
    <h2 id="story">${words.story}</h2>
    <p>${words.storyLead}</p>
    <form method="post" action="${SESSIONS_PATH}">
      ${tokenField(frame)}
      <div class="pair">
        <div>${field({ name: 'mac', label: text.logs.mac, value: given('mac'), ...code })}</div>
        <div>${field({ name: 'user', label: text.logs.user, value: given('user'), ...code })}</div>
        <div>${field({ name: 'site', label: words.storySite, value: given('site'), ...code })}</div>
      </div>
      ${reasonField(view, { required: true })}
      <button>${words.storyButton}</button>
    </form>
  </section>`
}
