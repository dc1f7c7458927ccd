import { html } from 'hono/html'
import type { StaffSession } from '#db/staff-sessions.ts'
import type { Html } from '../pages/html.ts'
import { fill } from '../text/fill.ts'
import { staffTextIn } from '../text/staff-language.ts'
import { ago } from './ago.ts'
import { tokenField } from './staff-layout.ts'
import type { StaffContent, StaffFrame } from './staff-layout.ts'
import { SESSIONS_PATH } from './staff-paths.ts'

export interface SessionsPage {
  readonly sessions: readonly StaffSession[]
  /** The id of the one that asks. */
  readonly own: string
  readonly now: number
  /** Whether one was just ended. */
  readonly isEnded: boolean
}

export function sessionsPage(frame: StaffFrame, page: SessionsPage): StaffContent {
  const { sessions: words } = staffTextIn(frame.language)
  const isAlone = page.sessions.length <= 1
  return {
    title: words.title,
    main: html`<h1>${words.title}</h1>
      <p class="lead">${words.lead}</p>
      ${page.isEnded && html`<p class="note" role="status">${words.ended}</p>`}
      <section class="card rows">
        ${page.sessions.map((session) => row(frame, page, session))}
      </section>
      ${
        isAlone
          ? html`<p class="soft">${words.alone}</p>`
          : html`<form method="post" action="${SESSIONS_PATH}">
              ${tokenField(frame)}<input type="hidden" name="session" value="others" />
              <button>${words.endOthers}</button>
            </form>`
      }`,
  }
}

function row(frame: StaffFrame, { own, now }: SessionsPage, session: StaffSession): Html {
  const { sessions: words } = staffTextIn(frame.language)
  const browser = session.browser === '' ? words.unknownBrowser : session.browser
  const opened = ago(session.openedAt, now, frame.language)
  const used = ago(session.seenAt, now, frame.language)
  return html`<div class="row">
    <p>
      <strong>${browser}</strong>${session.id === own && html` (${words.this})`}<br />
      <span class="soft">${fill(words.opened, { opened, used })}</span>
    </p>
    ${
      session.id !== own &&
      html`<form method="post" action="${SESSIONS_PATH}">
        ${tokenField(frame)}<input type="hidden" name="session" value="${session.id}" />
        <button
          aria-label="${words.endNamed.replace('{browser}', browser).replace('{when}', opened)}"
        >
          ${words.end}
        </button>
      </form>`
    }
  </div>`
}
