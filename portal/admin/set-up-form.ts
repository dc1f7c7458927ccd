import { isIPv4 } from 'node:net'
import { html } from 'hono/html'
import { kindsFor } from '../gateway-config/hand-over.ts'
import { isKindName } from '../gateway-config/kinds.ts'
import type { PlaceWish } from '../gateway-config/load.ts'
import type { Html } from '../pages/html.ts'
import { tokenField } from '../staff/staff-layout.ts'
import type { SetUpText } from '../text/set-up-fr.ts'
import { PLACES_PATH } from './admin-paths.ts'
import type { AdminView } from './admin-request.ts'
import { choice, field } from './fields.ts'
import type { PlaceSigns } from './set-up-signs.ts'

/** The kernel's longest name of a device, without anything that a shell or nft would read. */
const DEVICE = /^[A-Za-z][\w.-]{0,14}$/
const USUAL = { lan: 'br-guest', wan: 'eth0', staff: 'br-staff', 'dot1x-device': 'wlan0' } as const

/** What was asked for in the form; a key of the sentences where it cannot be read. */
export function readPlaceWish(
  form: URLSearchParams,
  code: string,
): PlaceWish | 'badDevice' | 'badCentre' | 'unfit' {
  const text = (name: string): string => (form.get(name) ?? '').trim()
  const kind = text('files')
  if (!isKindName(kind)) return 'unfit'
  const device = (name: keyof typeof USUAL): string => text(name) || USUAL[name]
  const names = Object.keys(USUAL) as (keyof typeof USUAL)[]
  if (names.some((name) => !DEVICE.test(device(name)))) return 'badDevice'
  const centre = text('centre')
  if (centre !== '' && !isIPv4(centre)) return 'badCentre'
  const driver = { wifi: 'nl80211', wired: 'wired' } as const
  const way = text('dot1x')
  const isDot1x = way === 'wifi' || way === 'wired'
  return {
    ...{ code, kind, gateway: text('gateway') || null, garden: [], centre6: null },
    ...{ centre: centre === '' ? null : centre, encryptedDns: null },
    devices: {
      ...{ lan: device('lan'), wan: device('wan'), staff: device('staff') },
      dot1x: isDot1x ? { device: device('dot1x-device'), driver: driver[way] } : null,
    },
  }
}

/** For who may have the secrets of a place. */
export function filesForm(view: AdminView, { site, gateways }: PlaceSigns): Html {
  const { text, frame } = view
  const { setUp: words } = text
  const kinds = [...new Set(gateways.flatMap(kindsFor))]
  return html`<section class="card" aria-labelledby="files">
    <h2 id="files">${words.files}</h2>
    ${
      gateways.length === 0
        ? html`<p>${words.noFiles}</p>`
        : html`<p class="soft">${words.filesLead}</p>
            <form method="post" action="${PLACES_PATH}/${site.code}/files">
              ${tokenField(frame)}
              <div class="pair">
                <div>
                  ${choice(
                    { name: 'gateway', label: words.whichGateway, value: given(view, 'gateway') },
                    gateways.map(({ name }) => [name, name] as const),
                  )}
                </div>
                <div>
                  ${choice(
                    { name: 'files', label: words.whichFiles, value: given(view, 'files') },
                    kinds.map((kind) => [kind, words.fileKinds[kind]] as const),
                  )}
                </div>
              </div>
              ${detailFields(view, words)}
              ${
                gateways.some(({ transport }) => transport === 'radsec') &&
                html`<p class="error">${words.newCertificate}</p>`
              }
              <button>${words.download}</button>
            </form>`
    }
  </section>`
}

function detailFields(view: AdminView, words: SetUpText): Html {
  const device = (name: keyof typeof USUAL, label: string): Html =>
    html`<div>
      ${field({ name, label, value: given(view, name, USUAL[name]), maxlength: 15, isCode: true })}
    </div>`
  return html`<details>
    <summary>${words.details}</summary>
    <div class="pair">
      ${device('lan', words.lan)} ${device('wan', words.wan)} ${device('staff', words.staffDevice)}
      <div>
        ${choice(
          { name: 'dot1x', label: words.dot1x, value: given(view, 'dot1x', 'none') },
          (['none', 'wifi', 'wired'] as const).map((way) => [way, words.dot1xKinds[way]] as const),
        )}
      </div>
      ${device('dot1x-device', words.dot1xDevice)}
      <div>
        ${field({
          ...{ name: 'centre', label: words.centre, value: given(view, 'centre') },
          ...{ help: words.centreHelp, maxlength: 15, isCode: true },
        })}
      </div>
    </div>
  </details>`
}

function given({ c }: AdminView, name: string, usual = ''): string {
  return c.get('staffForm')?.get(name) ?? usual
}
