import { html } from 'hono/html'
import type { GatewaySigns } from '#db/admin/gateway-signs.ts'
import type { AdminSite } from '#db/admin/sites.ts'
import type { Html } from '../pages/html.ts'
import { fill } from '../text/fill.ts'
import type { SetUpText } from '../text/set-up-fr.ts'
import { when } from '../text/when.ts'
import { PLACES_PATH } from './admin-paths.ts'
import type { AdminView } from './admin-request.ts'
import { gatewayTroubles } from './set-up-signs.ts'

/** The gateways of a place with what is known of each, and the way to its files and lights. */
export function gatewaySection(
  view: AdminView,
  site: AdminSite,
  gateways: readonly GatewaySigns[],
): Html {
  const { place: words, setUp } = view.text
  return html`<section class="card" aria-labelledby="gateways">
    <h2 id="gateways">${words.gateways}</h2>
    ${gateways.length === 0 && html`<p>${words.noGateways}</p>`}
    ${gateways.map((one) => gatewayFacts(view, site, one))}
    ${
      gateways.length > 0 &&
      html`<p><a class="button" href="${PLACES_PATH}/${site.code}/set-up">${setUp.toSetUp}</a></p>`
    }
  </section>`
}

function gatewayFacts({ text, frame }: AdminView, site: AdminSite, one: GatewaySigns): Html {
  const { place: words, setUp } = text
  const at = (moment: Date | null, none: string): string =>
    moment === null ? none : when(moment, frame, site.timezone)
  const facts: readonly (readonly [string, string | Html])[] = [
    [words.kind, one.kind],
    [setUp.software, one.software ?? setUp.unknown],
    [setUp.transport, one.transport === 'radsec' ? 'RadSec' : `RADIUS/UDP, ${one.address ?? ''}`],
    [words.heard, at(one.heardAt, text.never)],
    [setUp.clockOff, clockOf(one, setUp)],
    [setUp.posture, `${setUp.postures[postureOf(one)]}, ${ruleOf(one, setUp)}`],
    ...(one.transport === 'radsec'
      ? [[setUp.certificateEnd, at(one.certificateEndsAt, setUp.unknown)] as const]
      : []),
  ]
  return html`<h3><bdi>${one.name}</bdi></h3>
    ${gatewayTroubles(one, setUp, frame.language).map((said) => html`<p class="error">${said}</p>`)}
    <dl class="facts">
      ${facts.map(
        ([name, fact]) =>
          html`<dt>${name}</dt>
            <dd>${fact}</dd>`,
      )}
    </dl>`
}

function clockOf({ clockSkewMs }: GatewaySigns, words: SetUpText): string | Html {
  if (clockSkewMs === null) return words.unknown
  return fill(words.clockFine, { seconds: String(Math.ceil(Math.abs(clockSkewMs) / 1000)) })
}

/** How it was seen to sign its requests (CVE-2024-3596). */
function postureOf(one: GatewaySigns): keyof SetUpText['postures'] {
  if (one.transport === 'radsec') return 'radsec'
  if (one.signedAt === null) return one.unsignedAt === null ? 'unheard' : 'never'
  return one.unsignedAt === null ? 'always' : 'sometimes'
}

function ruleOf({ messageAuthenticator }: GatewaySigns, { rules }: SetUpText): string {
  const known: Readonly<Record<string, string>> = rules
  return known[messageAuthenticator] ?? messageAuthenticator
}
