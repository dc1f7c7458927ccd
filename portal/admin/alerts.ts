import type { Handler } from 'hono'
import { html } from 'hono/html'
import { listAlertChannels, listAlerts, recordAlertLook } from '#db/admin/alerts.ts'
import type { SeenAlert, SeenChannel } from '#db/admin/alerts.ts'
import { URGENT_KINDS } from '#db/alerts.ts'
import { alertTextIn, factsOf } from '../alerts/alert-message.ts'
import type { Html } from '../pages/html.ts'
import type { Services } from '../services.ts'
import { fill } from '../text/fill.ts'
import { when } from '../text/when.ts'
import { sendAdminPage } from './admin-page.ts'
import { ALERTS_PATH } from './admin-paths.ts'
import { withRight } from './admin-request.ts'
import type { AdminView } from './admin-request.ts'
import { table } from './pieces.ts'

const ROWS = 25

/** `GET /admin/alerts?before=…`: what happened and what to do, then whom it is sent to and how that goes. */
export function alerts(services: Services): Handler {
  return withRight(services, 'alerts.read', async (view) => {
    const { c, sql, frame, text, doer } = view
    const { alerts: words } = text
    const asked = new URL(c.req.url).searchParams.get('before') ?? ''
    const before = /^\d{1,18}$/.test(asked) ? asked : null
    const found = await listAlerts(sql, { before, rows: ROWS + 1 })
    const channels = before === null ? await listAlertChannels(sql) : []
    if (before === null) await recordAlertLook(sql, doer.actor)
    const shown = found.slice(0, ROWS)
    const failing = channels.filter(({ failure }) => failure !== null)
    return sendAdminPage(c, services, {
      ...{ frame, title: words.title },
      main: html`<h1>${words.title}</h1>
        <p class="lead">${words.lead}</p>
        ${failing.map((channel) => trouble(view, channel))}
        ${shown.length === 0 && html`<p>${words.none}</p>`}
        ${shown.map((alert) => oneAlert(view, alert))}
        ${before !== null && html`<p><a href="${ALERTS_PATH}">${text.first}</a></p>`}
        ${
          found.length > ROWS &&
          html`<p><a href="${ALERTS_PATH}?before=${shown.at(-1)?.id}">${text.next}</a></p>`
        }
        ${before === null && channelList(view, channels)}`,
    })
  })
}

function trouble({ text: { alerts: words }, frame }: AdminView, channel: SeenChannel): Html {
  const { name, failure, nextAt } = channel
  const next = nextAt === null ? words.soon : when(nextAt, frame)
  return html`<p class="error" role="alert">
    ${fill(words.failing, { name, failure: failure ?? '', next })}
    <br />${fill(words.mend[channel.kind], { name })}
  </p>`
}

function oneAlert({ text: { alerts: words }, frame }: AdminView, alert: SeenAlert): Html {
  const own = alertTextIn(frame.language)
  const { title, toDo } = own.kinds[alert.kind]
  const isUrgent = URGENT_KINDS.includes(alert.kind)
  // No landmark: several of a kind have one name.
  return html`<article class="card" id="alert-${alert.id}" aria-labelledby="title-${alert.id}">
    <h2 id="title-${alert.id}">
      ${title} ${alert.count > 1 && html`<span class="tag">× ${alert.count}</span>`}
      ${isUrgent && html`<span class="tag">${words.urgent}</span>`}
    </h2>
    <dl class="facts">
      ${factsOf(alert, own, frame).map(
        ([label, value]) =>
          html`<dt>${label}</dt>
            <dd><bdi>${value}</bdi></dd>`,
      )}
      <dt>${own.toDo}</dt>
      <dd>${toDo}</dd>
    </dl>
    <p class="soft">
      ${
        alert.deliveries.length === 0
          ? words.toNobody
          : alert.deliveries.map(
              ({ channel, state }, i) =>
                html`${i > 0 && html` · `}<bdi>${channel}</bdi>: ${words.states[state]}`,
            )
      }
    </p>
  </article>`
}

function channelList({ text, frame }: AdminView, channels: readonly SeenChannel[]): Html {
  const { alerts: words } = text
  const own = alertTextIn(frame.language)
  const rows = channels.map(
    ({ name, kind, host, kinds, associations, quietHours, timezone, language, ...state }) => [
      html`<bdi>${name}</bdi> <span class="tag">${text.byFile}</span>`,
      html`${words.channelKinds[kind]}<br /><span class="soft"><bdi>${host}</bdi></span>`,
      html`${
        kinds.length === 0
          ? words.all
          : kinds.map((one, i) => html`${i > 0 && html`<br />`}${own.kinds[one].title}`)
      }
      ${
        associations.length > 0 &&
        html`<br /><span class="soft">${words.only} <bdi>${associations.join(', ')}</bdi></span>`
      }`,
      quietHours.length === 0
        ? words.noQuiet
        : html`<bdi>${quietHours.join(', ')}</bdi><br /><span class="soft">${timezone}</span>`,
      words.languages[language],
      state.sentAt === null ? text.never : when(state.sentAt, frame),
      state.waiting,
    ],
  )
  const heads = [words.channel, words.where, words.what, words.quiet, words.language]
  return html`<section class="card" aria-labelledby="channels">
    <h2 id="channels">${words.channels}</h2>
    <p class="soft">${words.channelsLead}</p>
    ${
      channels.length === 0
        ? html`<p>${words.noChannels}</p>`
        : table(words.channels, [...heads, words.lastSent, words.waiting], rows)
    }
  </section>`
}
