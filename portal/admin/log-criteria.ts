import { html } from 'hono/html'
import { formatAddress, parseAddress } from '#core/ip.ts'
import { readInstant } from '#core/instant.ts'
import { parseMac } from '#core/mac.ts'
import type { Criteria } from '#db/connections.ts'
import type { Html } from '../pages/html.ts'
import type { AdminText } from '../text/admin-fr.ts'
import { choice, field } from './fields.ts'

/** What was written into the form, to be shown again or carried along. */
export type WrittenCriteria = Readonly<Record<CriterionName, string>>

const NAMES = ['mac', 'ip', 'user', 'site', 'publicIp', 'publicPort', 'from', 'to', 'zone'] as const
type CriterionName = (typeof NAMES)[number]

const LONGEST = 200

export function writtenIn(form: URLSearchParams): WrittenCriteria {
  const values = NAMES.map((name) => [name, (form.get(name) ?? '').trim().slice(0, LONGEST)])
  return Object.fromEntries(values) as Record<CriterionName, string>
}

export type ReadCriteria =
  | { readonly ok: true; readonly criteria: Criteria }
  | { readonly ok: false; readonly problem: string }

/** The criteria, or a sentence about the first that cannot be read. */
export function readCriteria(written: WrittenCriteria, { logs: words }: AdminText): ReadCriteria {
  const wrong = (what: string): ReadCriteria => ({
    ok: false,
    problem: words.unreadable.replace('{what}', () => what),
  })
  const { mac, ip, user, site, publicIp, publicPort, zone } = written
  const device = mac === '' ? null : parseMac(mac)
  if (mac !== '' && device === null) return wrong(words.mac)
  const inner = ip === '' ? null : canonical(ip)
  if (ip !== '' && inner === null) return wrong(words.ip)
  const outer = publicIp === '' ? null : canonical(publicIp)
  if (publicIp !== '' && outer === null) return wrong(words.publicIp)
  const port = publicPort === '' ? null : portNumber(publicPort)
  if (publicPort !== '' && (port === null || outer === null)) return wrong(words.publicPort)
  const times: Record<'from' | 'to', Date | null> = { from: null, to: null }
  for (const name of ['from', 'to'] as const) {
    if (written[name] === '') continue
    const read = readInstant(`${written[name]} ${zone}`)
    if (!read.ok) {
      const why = words.instants[read.fault].replace('{zone}', () => zone)
      return { ok: false, problem: `${words[name]} : ${why}` }
    }
    times[name] = read.at
  }
  const { from, to } = times
  if (from !== null && to !== null && from > to) return wrong(words.to)
  const criteria = {
    ...{ mac: device, ip: inner, user: user === '' ? null : user.toLowerCase() },
    ...{ site: site === '' ? null : site, publicIp: outer, publicPort: port, from, to },
  }
  const isEmpty = Object.values(criteria).every((value) => value === null)
  return isEmpty ? { ok: false, problem: words.nothingAsked } : { ok: true, criteria }
}

function canonical(written: string): string | null {
  const bytes = parseAddress(written)
  return bytes === null ? null : formatAddress(bytes)
}

function portNumber(written: string): number | null {
  const port = /^\d{1,5}$/.test(written) ? Number(written) : 0
  return port >= 1 && port <= 65_535 ? port : null
}

/** The fields; `zones` are those by whose clocks an instant can be written. */
export function criteriaFields(
  written: WrittenCriteria,
  zones: readonly string[],
  { logs: words }: AdminText,
): Html {
  const line = (name: Exclude<CriterionName, 'zone'>, help?: string): Html =>
    field({
      ...{ name, label: words[name], value: written[name], maxlength: LONGEST, isCode: true },
      ...(help === undefined ? {} : { help }),
    })
  return html`<fieldset>
      <legend>${words.whoOrWhere}</legend>
      <div class="pair">
        <div>${line('mac')}</div>
        <div>${line('user')}</div>
        <div>${line('ip')}</div>
        <div>${line('site')}</div>
        <div>${line('publicIp')}</div>
        <div>${line('publicPort')}</div>
      </div>
    </fieldset>
    <fieldset>
      <legend>${words.when}</legend>
      <div class="pair">
        <div>${instantField('from', words.from, written.from)}</div>
        <div>${instantField('to', words.to, written.to)}</div>
        <div>
          ${choice(
            { name: 'zone', label: words.zone, value: written.zone },
            zones.map((zone) => [zone, zone] as const),
          )}
        </div>
      </div>
      <p class="soft help">${words.whenHelp}</p>
    </fieldset>`
}

function instantField(name: string, label: string, value: string): Html {
  return html`<label for="${name}">${label}</label>
    <input id="${name}" name="${name}" type="datetime-local" step="1" value="${value}" />`
}

/** The same criteria for another form of the page. */
export function hiddenCriteria(written: WrittenCriteria): Html {
  return html`${NAMES.map(
    (name) => html`<input type="hidden" name="${name}" value="${written[name]}" />`,
  )}`
}
