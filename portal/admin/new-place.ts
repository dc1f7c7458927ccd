import { randomBytes } from 'node:crypto'
import type { Handler } from 'hono'
import { html } from 'hono/html'
import { createPlace } from '#db/admin/set-up.ts'
import { listAssociations } from '#db/admin/sites.ts'
import type { Association } from '#db/admin/sites.ts'
import type { NewGateway } from '#db/admin/set-up.ts'
import type { Html } from '../pages/html.ts'
import type { Services } from '../services.ts'
import { formOf } from '../staff/staff-form.ts'
import { tokenField } from '../staff/staff-layout.ts'
import { sendAdminPage } from './admin-page.ts'
import { PLACES_PATH } from './admin-paths.ts'
import { withRight } from './admin-request.ts'
import type { AdminView } from './admin-request.ts'
import { choice, field, reasonField } from './fields.ts'
import { PAGE_KINDS, readNewPlace } from './new-place-form.ts'
import type { NewPlace } from './new-place-form.ts'

/** What both of 802.1X and of disconnects listen to in the files that we make. */
const COA_PORT = 3799

/** `GET /admin/places-new` */
export function newPlace(services: Services): Handler {
  return withRight(services, 'sites.write', (view) => sendNewPlace(services, view, []))
}

/** `POST /admin/places`: the place, its networks and its gateway, with secrets that nobody is shown here. */
export function addPlace(services: Services): Handler {
  return withRight(services, 'sites.write', async (view) => {
    const { c, sql, frame, text, doer } = view
    const read = readNewPlace(formOf(c))
    if (!read.ok) {
      const said = read.wrong.map((mistake) => text.setUp.wrong[mistake])
      return sendNewPlace(services, view, said)
    }
    const { wish } = read
    const { code, name, association } = wish
    const gateway = newGateway(services, wish)
    const site = { code, name, association, timezone: frame.zone, postalAddress: null }
    const made = await createPlace(sql, site, { networks: wish.networks, gateway }, doer)
    if (!made.ok) return sendNewPlace(services, view, [text.refusals[made.refusal]])
    return c.redirect(`${PLACES_PATH}/${code}${gateway === null ? '?added' : '/set-up?added'}`, 303)
  })
}

function newGateway({ seal, publicUrl }: Services, wish: NewPlace): NewGateway | null {
  if (wish.gateway === null) return null
  const { kind, address } = wish.gateway
  const name = `gw-${wish.code}`
  const secret = (): string => randomBytes(24).toString('base64url')
  // Where the portal has TLS, openNDS asks it itself, and nothing of the key passes the phone.
  const level = publicUrl.protocol === 'https:' ? 3 : 1
  return {
    ...{ name, kind, address },
    // No certificate has this: it is made with the files, and its key is kept nowhere.
    certificate: address === null ? randomBytes(32).toString('hex') : null,
    secret: seal.seal(secret(), `gateway:${name}`),
    fas: kind === 'opennds' ? { level, key: seal.seal(secret(), `fas:${name}`) } : null,
    coaPort: kind === 'generic' ? null : COA_PORT,
  }
}

async function sendNewPlace(
  services: Services,
  view: AdminView,
  wrong: readonly string[],
): Promise<Response> {
  const { c, sql, frame, text, rights } = view
  const { setUp: words } = text
  const associations = (await listAssociations(sql)).filter(({ code }) =>
    rights.can('sites.write', { association: code, site: null }),
  )
  return sendAdminPage(c, services, {
    ...{ frame, title: words.newTitle, status: wrong.length === 0 ? 200 : 422 },
    main: html`<h1>${words.newTitle}</h1>
      ${
        wrong.length > 0 &&
        html`<div class="error" role="alert">${wrong.map((said) => html`<p>${said}</p>`)}</div>`
      }
      <p class="lead">${words.newLead}</p>
      <form method="post" action="${PLACES_PATH}" class="card">
        ${tokenField(frame)} ${placeFields(view, associations)} ${networkFields(view, 'guest')}
        ${networkFields(view, 'staff')} ${gatewayFields(view)}
        ${reasonField(view, { required: false })}
        <button>${words.add}</button>
      </form>`,
  })
}

/** What was written the last time, else what most places have. */
function given({ c }: AdminView, name: string, usual = ''): string {
  return c.get('staffForm')?.get(name) ?? usual
}

function placeFields(view: AdminView, associations: readonly Association[]): Html {
  const { places, setUp: words } = view.text
  const one = (name: string, label: string, maxlength: number, help?: string): Html =>
    html`<div>
      ${field({
        ...{ name, label, value: given(view, name), required: true, maxlength },
        ...{ isCode: name !== 'name', ...(help === undefined ? {} : { help }) },
      })}
    </div>`
  return html`<fieldset>
    <legend>${words.thePlace}</legend>
    <div class="pair">
      ${one('code', places.code, 64, words.codeHelp)} ${one('name', places.name, 200)}
      <div>
        ${choice(
          { name: 'association', label: places.association, value: given(view, 'association') },
          associations.map(({ code, name }) => [code, `${code} ${name}`] as const),
        )}
      </div>
    </div>
  </fieldset>`
}

const USUAL_SUBNET = { guest: '192.168.77.0/24', staff: '' } as const

function networkFields(view: AdminView, kind: 'guest' | 'staff'): Html {
  const { setUp: words } = view.text
  const value = (name: string, usual?: string): { name: string; value: string; isCode: true } => ({
    ...{ name: `${kind}-${name}`, value: given(view, `${kind}-${name}`, usual), isCode: true },
  })
  return html`<fieldset>
    <legend>${kind === 'guest' ? words.guests : words.team}</legend>
    <div class="pair">
      <div>
        ${field({ ...value('subnet', USUAL_SUBNET[kind]), label: words.subnet, help: words.subnetHelp })}
      </div>
      <div>${field({ ...value('ssid'), label: words.ssid, maxlength: 32 })}</div>
      <div>${field({ ...value('vlan'), label: words.vlan, maxlength: 4 })}</div>
    </div>
  </fieldset>`
}

function gatewayFields(view: AdminView): Html {
  const { setUp: words } = view.text
  const kinds = [...PAGE_KINDS, 'none'] as const
  return html`<fieldset>
    <legend>${words.theGateway}</legend>
    ${choice(
      { name: 'kind', label: words.kind, value: given(view, 'kind', 'opennds') },
      kinds.map((kind) => [kind, words.kinds[kind]] as const),
    )}
    <p class="soft help">${words.otherKinds}</p>
    ${choice(
      { name: 'reach', label: words.reach, value: given(view, 'reach', 'radsec') },
      (['radsec', 'address'] as const).map((reach) => [reach, words.reaches[reach]] as const),
    )}
    ${field({
      ...{ name: 'address', label: words.address, value: given(view, 'address') },
      ...{ help: words.addressHelp, maxlength: 45, isCode: true },
    })}
  </fieldset>`
}
