import type { Context, Handler } from 'hono'
import { parseMac } from '#core/mac.ts'
import { ENROLMENT_LIMITS } from '#db/device-enrolment.ts'
import { actorOf } from '#db/people.ts'
import type { Services } from '../services.ts'
import { sessionOf } from '../staff/require-session.ts'
import { sendStaffPage, sendStaffProblem, staffFrameOf } from '../staff/send-staff-page.ts'
import { formOf } from '../staff/staff-form.ts'
import { sendClosed } from './closed.ts'
import { tried } from './devices.ts'
import { keyPage, newKeyPage } from './key-pages.ts'
import type { KeyError, NewKeyPage } from './key-pages.ts'
import { DEVICES_PATH } from './paths.ts'
import { isThingKind } from './ways.ts'

/** Of a list that is a help to whoever types; with more places one types the code. */
const MOST_PLACES = 300

type Asked = Pick<NewKeyPage, 'label' | 'kind' | 'place' | 'mac'>
const NOTHING: Asked = { label: '', kind: 'till', place: '', mac: '' }

/** `GET /staff/devices/keys/new` */
export function askForKey(services: Services): Handler {
  return (c) => show(c, services, NOTHING, null)
}

/** `POST /staff/devices/keys/new`: answers with the passphrase, which is nowhere else. */
export function makeKey(services: Services): Handler {
  return async function makeKeyHandler(c) {
    const ssid = services.enrolment.settings().things
    if (ssid === null) return sendClosed(c, services, 'noThings', 403)
    const form = formOf(c)
    const given = (name: string, most: number): string =>
      (form.get(name) ?? '').trim().slice(0, most)
    const kind = form.get('kind')
    const asked: Asked = {
      label: given('label', ENROLMENT_LIMITS.nameCharacters),
      kind: isThingKind(kind) ? kind : 'other',
      place: given('place', 128),
      mac: given('mac', 64),
    }
    if (asked.label === '' || /\p{Cc}/u.test(asked.label)) return show(c, services, asked, 'label')
    const mac = asked.mac === '' ? null : parseMac(asked.mac)
    if (asked.mac !== '' && mac === null) return show(c, services, asked, 'bad-mac')
    const { person } = sessionOf(c)
    const { account, how, groups } = person
    const made = await tried(services, () =>
      services.enrolment.makeKey({
        owner: { account, how, groups },
        ...{ label: asked.label, kind: asked.kind, place: asked.place, ssid, mac },
        days: services.enrolment.settings().days,
        actor: actorOf(person),
        now: services.clock(),
      }),
    )
    if (made === 'away') return sendStaffProblem(c, services, 'unavailable', { status: 503 })
    if (!made.ok) return show(c, services, asked, made.reason)
    const frame = staffFrameOf(c, services)
    return sendStaffPage(c, services, { ...keyPage(frame, made), frame })
  }
}

/** `POST /staff/devices/keys/NAME/revoke` */
export function revokeKey(services: Services): Handler {
  return async function revokeKeyHandler(c) {
    const { person } = sessionOf(c)
    const wish = {
      name: c.req.param('name') ?? '',
      account: person.account,
      actor: actorOf(person),
    }
    const isRevoked = await tried(services, () => services.enrolment.revokeKey(wish))
    if (isRevoked === 'away') return sendStaffProblem(c, services, 'unavailable', { status: 503 })
    if (!isRevoked) return sendClosed(c, services, 'unknown', 404)
    return c.redirect(`${DEVICES_PATH}?done=key-revoked`, 303)
  }
}

function show(
  c: Context,
  services: Services,
  asked: Asked,
  error: KeyError | null,
): Response | Promise<Response> {
  const ssid = services.enrolment.settings().things
  if (ssid === null) return sendClosed(c, services, 'noThings', 403)
  const frame = staffFrameOf(c, services)
  const content = newKeyPage(frame, { ...asked, ssid, error, places: placesOf(services) })
  return sendStaffPage(c, services, { ...content, frame, status: error === null ? 200 : 422 })
}

function placesOf(services: Services): NewKeyPage['places'] {
  const bySite = new Map<string, { readonly site: string; readonly siteName: string }>()
  for (const { site, siteName } of services.house().gateways.values()) {
    bySite.set(site, { site, siteName })
  }
  if (bySite.size > MOST_PLACES) return []
  return [...bySite.values()].toSorted((a, b) => a.siteName.localeCompare(b.siteName, 'fr'))
}
