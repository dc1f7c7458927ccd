import type { Handler } from 'hono'
import { html } from 'hono/html'
import { recordLine } from '#db/admin/audit-lines.ts'
import { listDevices, listGenerations, listServerCertificates } from '#db/admin/devices.ts'
import type { AdminDevice, AdminGeneration } from '#db/admin/devices.ts'
import { readPlace, writePlace } from '../api/admin/page.ts'
import type { Html } from '../pages/html.ts'
import type { Services } from '../services.ts'
import { fill } from '../text/fill.ts'
import { sendAdminPage } from './admin-page.ts'
import { DEVICES_PATH } from './admin-paths.ts'
import { withRight } from './admin-request.ts'
import type { AdminView } from './admin-request.ts'
import { certificateEnd, rotationStates } from '../api/admin/certificate-ends.ts'
import type { CertificateEnd } from '../api/admin/certificate-ends.ts'
import { when } from '../text/when.ts'
import { askedFor, searchForm } from './fields.ts'
import { pageLinks, savedNote, table } from './pieces.ts'

const ROWS = 50
/** As `doctor` warns of the server's. */
const SOON_DAYS = 30

/** `GET /admin/devices?q=…&after=…`: with what staff join, and what the house is trusted by. */
export function devices(services: Services): Handler {
  return withRight(services, 'devices.read', async (view) => {
    const { c, sql, frame, text, doer } = view
    const { devices: words } = text
    const q = askedFor(view, 'q')
    const place = readPlace(askedFor(view, 'after', 600), [/^.{1,300}$/u, /^[\w-]{1,100}$/])
    const [account = '', id = ''] = place ?? []
    const after = place === null ? null : { account, id }
    const found = await listDevices(sql, q === '' ? null : q, { after, rows: ROWS + 1 })
    const shown = found.slice(0, ROWS)
    const last = shown.at(-1)
    const next =
      found.length > ROWS && last !== undefined
        ? { q, after: writePlace([last.account, last.id]) }
        : null
    if (place === null) {
      const look = { action: 'devices.read', subject: 'devices', reason: null, association: null }
      await recordLine(sql, { ...look, actor: doer.actor, details: { q } })
    }
    const isFirst = place === null && q === ''
    return sendAdminPage(c, services, {
      ...{ frame, title: words.title },
      main: html`<h1>${words.title}</h1>
        ${savedNote(view)}
        <p class="lead">${words.lead}</p>
        ${searchForm(DEVICES_PATH, words.label, q, text.search)}
        ${
          shown.length > 0
            ? deviceTable(view, shown)
            : html`<p>${isFirst ? words.noDevices : words.none}</p>`
        }
        ${pageLinks(text, DEVICES_PATH, { isFirst: place === null, next })}
        ${isFirst && authorityCard(view, await listGenerations(sql), await listServerCertificates(sql))}`,
    })
  })
}

function deviceTable(view: AdminView, shown: readonly AdminDevice[]): Html {
  const { text } = view
  const { devices: words } = text
  const rows = shown.map((device) => [
    html`<bdi>${device.account}</bdi>`,
    html`<a href="${DEVICES_PATH}/${device.id}"><bdi>${device.name}</bdi></a>`,
    words.whats[device.what],
    stateOf(view, device),
    device.lastSeenOn ?? text.never,
  ])
  return table(words.title, [words.account, words.name, words.what, words.until, words.seen], rows)
}

/** Until when it lets in, or since when it does not. */
export function stateOf(
  { text: { devices: words }, frame, services }: AdminView,
  { revokedAt, endsAt }: AdminDevice,
): Html {
  if (revokedAt !== null) {
    return html`<span class="tag">${words.revoked}</span> ${when(revokedAt, frame)}`
  }
  if (endsAt === null) return html`${words.noEnd}`
  const left = endsAt.getTime() - services.clock()
  return html`${when(endsAt, frame)} ${left <= 0 && html`<span class="tag">${words.over}</span>`}`
}

/** The roots that devices trust and the certificate that the server shows, with their ends. */
function authorityCard(
  view: AdminView,
  generations: readonly AdminGeneration[],
  servers: readonly { readonly name: string; readonly chainPem: string }[],
): Html {
  const { text, frame, services } = view
  const { devices: words } = text
  const now = services.clock()
  const states = rotationStates(generations, now)
  const ends = (list: readonly (CertificateEnd | null)[]): readonly CertificateEnd[] =>
    list.filter((end) => end !== null)
  const blocks = generations.map((one) => {
    const state = states.get(one.generation) ?? 'former'
    const own = ends([
      one.rootPem === null ? null : certificateEnd('root', one.rootPem, now),
      one.issuingPem === null ? null : certificateEnd('issuing', one.issuingPem, now),
    ])
    const from = one.serverFrom === null ? '' : when(one.serverFrom, frame)
    return html`<h3>${fill(words.generation, { number: String(one.generation) })}</h3>
      <p>
        ${fill(words.states[state], { from })} ·
        ${fill(words.devicesOf, { count: one.devices.toLocaleString(frame.language) })}
      </p>
      ${endList(view, own, state === 'former')}`
  })
  const shownEnds = ends(servers.map(({ chainPem }) => certificateEnd('server', chainPem, now)))
  return html`<section class="card" aria-labelledby="authority">
    <h2 id="authority">${words.authority}</h2>
    <p class="soft">${words.authorityLead}</p>
    ${generations.length === 0 ? html`<p>${words.noAuthority}</p>` : blocks}
    <h3>${words.server}</h3>
    ${shownEnds.length === 0 ? html`<p>${words.noServer}</p>` : endList(view, shownEnds, false)}
  </section>`
}

function endList(
  { text: { devices: words }, frame }: AdminView,
  list: readonly CertificateEnd[],
  isFormer: boolean,
): Html {
  return html`${list.map(
    ({ what, name, endsAt, days }) =>
      html`<p><bdi>${name}</bdi>: ${fill(words.endsOn, { when: when(endsAt, frame) })}</p>
        ${days < SOON_DAYS && !isFormer && html`<p class="error" role="alert">${fill(words.mend[what], { days: String(days) })}</p>`}`,
  )}`
}
