import { html } from 'hono/html'
import type { GatewaySigns, NameSign } from '#db/admin/gateway-signs.ts'
import type { AdminNetwork } from '#db/admin/networks.ts'
import type { AdminSite } from '#db/admin/sites.ts'
import type { Html } from '../pages/html.ts'
import { fill } from '../text/fill.ts'
import type { SetUpText } from '../text/set-up-fr.ts'
import { when } from '../text/when.ts'
import { PLACES_PATH } from './admin-paths.ts'
import type { AdminView } from './admin-request.ts'
import { numberIn } from './numbers.ts'

/** What is seen of a place that goes live. */
export interface PlaceSigns {
  readonly site: AdminSite
  readonly networks: readonly AdminNetwork[]
  readonly gateways: readonly GatewaySigns[]
  readonly names: readonly NameSign[]
  readonly radsecPort: number
}

type Thing = keyof SetUpText['things']

interface Light {
  readonly thing: Thing
  /** Null: nothing yet. */
  readonly at: Date | null
  readonly isHour?: boolean
}

const SKEW_MS = 60_000

/** The lights, one list a gateway and one for names; htmx asks for them again every three seconds. */
export function signsPiece(view: AdminView, signs: PlaceSigns): Html {
  const { text, frame } = view
  const { setUp: words } = text
  const { site, gateways } = signs
  const names = nameLights(signs)
  const lights = [...gateways.flatMap((one) => gatewayLights(one)), ...names]
  const isLive = lights.length > 0 && lights.every(({ at }) => at !== null)
  const list = (all: readonly Light[]): Html =>
    html`<ul class="lights">
      ${all.map((light) => lightItem(view, light, signs))}
    </ul>`
  return html`<div
    id="signs"
    hx-get="${PLACES_PATH}/${site.code}/set-up"
    hx-trigger="every 3s"
    hx-swap="outerHTML"
  >
    ${isLive && html`<p class="note" role="status">${words.allGreen}</p>`}
    ${gateways.map(
      (one) =>
        html`<h3>${fill(words.ofGateway, { name: one.name })}</h3>
          ${gatewayTroubles(one, words, frame.language).map((said) => html`<p class="error">${said}</p>`)}
          ${list(gatewayLights(one))}`,
    )}
    ${
      names.length > 0 &&
      html`<h3>${words.ofNames}</h3>
        ${list(names)}`
    }
  </div>`
}

function gatewayLights(gateway: GatewaySigns): readonly Light[] {
  const { transport, connectedAt, accessAt, accountingAt, arrivalAt } = gateway
  return [
    ...(transport === 'radsec' ? [{ thing: 'radsec', at: connectedAt } as const] : []),
    { thing: 'portal', at: arrivalAt },
    { thing: 'access', at: accessAt },
    { thing: 'accounting', at: accountingAt },
  ]
}

function nameLights({ networks, names }: PlaceSigns): readonly Light[] {
  return networks.map(({ kind }) => ({
    thing: kind,
    at: names.find(({ network }) => network === kind)?.hour ?? null,
    isHour: true,
  }))
}

function lightItem(
  { text: { setUp: words }, frame }: AdminView,
  { thing, at, isHour = false }: Light,
  { site, radsecPort }: PlaceSigns,
): Html {
  const { what, check } = words.things[thing]
  if (at === null) {
    return html`<li class="grey">
      <strong>${what}</strong><br />${words.notYet}<br /><span class="soft"
        >${fill(check, { port: String(radsecPort) })}</span
      >
    </li>`
  }
  const said = isHour ? words.seenHour : words.seen
  return html`<li class="green">
    <strong>${what}</strong><br />${fill(said, { when: when(at, frame, site.timezone) })}
  </li>`
}

/** What came from there and was not as it should be. */
export function gatewayTroubles(
  { forged, refused, clockSkewMs }: GatewaySigns,
  words: SetUpText,
  language: AdminView['frame']['language'],
): readonly Html[] {
  const count = (n: number): string => numberIn(n, language)
  return [
    ...(forged > 0 ? [fill(words.forged, { count: count(forged) })] : []),
    ...(refused > 0 ? [fill(words.refused, { count: count(refused) })] : []),
    ...(clockSkewMs !== null && Math.abs(clockSkewMs) > SKEW_MS
      ? [fill(words.clock, { seconds: count(Math.round(clockSkewMs / 1000)) })]
      : []),
  ]
}
