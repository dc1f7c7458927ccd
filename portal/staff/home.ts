import type { Handler } from 'hono'
import { html } from 'hono/html'
import { renewalNotice } from '../enrolment/devices-page.ts'
import type { Html } from '../pages/html.ts'
import type { Services } from '../services.ts'
import { fill } from '../text/fill.ts'
import { staffTextIn } from '../text/staff-language.ts'
import type { StaffLanguage } from '../text/staff-language.ts'
import type { StaffSession } from '#db/staff-sessions.ts'
import { sessionOf } from './require-session.ts'
import { sendStaffPage, staffFrameOf } from './send-staff-page.ts'
import { LET_IN_PATH, PASSKEYS_PATH } from './staff-paths.ts'

const GROUPS_SHOWN = 20

/** `GET /staff`: who is signed in, and what is known of them. */
export function staffHome(services: Services): Handler {
  return async function staffHomeHandler(c) {
    const session = sessionOf(c)
    const frame = staffFrameOf(c, services)
    const { home: words } = staffTextIn(frame.language)
    const { person } = session
    // What somebody may do, and which of their devices end, is an extra here: without an answer the page is shown without it.
    const [rights, devices] = await Promise.all([
      services.staff.rights(person).catch(() => null),
      services.enrolment.list(person.account).catch(() => []),
    ])
    const about = { generations: services.enrolment.generations(), now: services.clock() }
    return sendStaffPage(c, services, {
      frame,
      title: staffTextIn(frame.language).navigation.home,
      main: html`<h1>${fill(words.title, { name: person.name })}</h1>
        <p class="lead">${fill(words.lead, { organisation: frame.look.name })}</p>
        ${devices.map((device) => renewalNotice(frame, about, device))}
        <section class="card" aria-labelledby="account">
          <h2 id="account">${words.account}</h2>
          <dl>
            <dt>${words.accountName}</dt>
            <dd>${person.account}</dd>
            ${
              person.mail !== null &&
              html`<dt>${words.mail}</dt>
                <dd>${person.mail}</dd>`
            }
            <dt>${words.groups}</dt>
            <dd>${groups(person.groups, frame.language)}</dd>
            <dt>${words.by}</dt>
            <dd>${vouching(session, services, frame.language)}</dd>
          </dl>
        </section>
        ${
          person.how === 'local' &&
          html`<p><a href="${PASSKEYS_PATH}">${staffTextIn(frame.language).passkeys.title}</a></p>`
        }
        ${
          rights?.has('guests.let-in') === true &&
          html`<p><a href="${LET_IN_PATH}">${staffTextIn(frame.language).letIn.title}</a></p>`
        }`,
    })
  }
}

function groups(all: readonly string[], language: StaffLanguage): Html {
  const { home: words } = staffTextIn(language)
  if (all.length === 0) return html`${words.noGroups}`
  const more = all.length - GROUPS_SHOWN
  const rest = more > 0 ? html`, ${fill(words.moreGroups, { count: String(more) })}` : ''
  return html`${all.slice(0, GROUPS_SHOWN).join(', ')}${rest}`
}

function vouching(
  { person, provider }: StaffSession,
  services: Services,
  language: StaffLanguage,
): Html {
  const { home: words } = staffTextIn(language)
  if (person.how === 'local') return html`${words.byLocal}`
  if (person.how === 'ldap') {
    return fill(words.byDirectory, { name: person.issuer.slice('ldap:'.length) })
  }
  const known = services.staff.providers.list().find(({ name }) => name === provider)
  return html`${known?.label ?? person.issuer}`
}
