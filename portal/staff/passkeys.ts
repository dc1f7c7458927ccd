import type { Context, Handler } from 'hono'
import { checkRegistration } from '#core/webauthn.ts'
import { PASSKEY_LIMITS } from '#db/passkeys.ts'
import { tried } from '../enrolment/devices.ts'
import type { Services } from '../services.ts'
import { newChallenge, passkeySite, readChallenge } from './passkey-challenge.ts'
import { readPasskeyForm } from './passkey-form.ts'
import { passkeysPage } from './passkeys-page.ts'
import type { PasskeyError } from './passkeys-page.ts'
import { sessionOf } from './require-session.ts'
import { sendStaffPage, sendStaffProblem, staffFrameOf } from './send-staff-page.ts'
import { formOf } from './staff-form.ts'
import { PASSKEYS_PATH } from './staff-paths.ts'

/** `GET /staff/passkeys`: those of one's own account of the house. */
export function listOwnPasskeys(services: Services): Handler {
  return forAccounts(services, (c, username) => show(c, services, username, null))
}

/** `POST /staff/passkeys`: one that the browser has just made. */
export function addOwnPasskey(services: Services): Handler {
  return forAccounts(services, async (c, username) => {
    const form = formOf(c)
    const name = (form.get('name') ?? '').trim().slice(0, PASSKEY_LIMITS.nameCharacters)
    if (name === '' || /\p{Cc}/u.test(name)) return show(c, services, username, 'noName')
    const site = passkeySite(services.publicUrl)
    const { challenge, ...made } = readPasskeyForm(form)
    const at = services.clock()
    const challengedAt = readChallenge(services.seal, challenge, { purpose: 'add', username, at })
    if (site === null || challengedAt === null) return show(c, services, username, 'notMade')
    const checked = checkRegistration(made, { ...site, challenge })
    if (!checked.ok) return show(c, services, username, 'notMade')
    const { id, publicKey, signCount } = checked
    const passkey = { id, publicKey, signCount, name, username, challengedAt }
    const isAdded = await tried(services, () => services.staff.local.addPasskey(passkey))
    if (isAdded === 'away') return sendStaffProblem(c, services, 'unavailable', { status: 503 })
    if (!isAdded) return show(c, services, username, 'notTaken')
    return c.redirect(`${PASSKEYS_PATH}?done=added`, 303)
  })
}

/** `POST /staff/passkeys/remove` */
export function removeOwnPasskey(services: Services): Handler {
  return forAccounts(services, async (c, username) => {
    const id = formOf(c).get('id') ?? ''
    const isGone = await tried(services, () => services.staff.local.removePasskey({ username, id }))
    if (isGone === 'away') return sendStaffProblem(c, services, 'unavailable', { status: 503 })
    return c.redirect(`${PASSKEYS_PATH}${isGone ? '?done=removed' : ''}`, 303)
  })
}

/** What an identity provider or a directory asks for is its own affair: there is nothing to set up here. */
function forAccounts(
  services: Services,
  handle: (c: Context, username: string) => Response | Promise<Response>,
): Handler {
  return function passkeysHandler(c) {
    const { how, account } = sessionOf(c).person
    if (how !== 'local') return sendStaffProblem(c, services, 'no-right', { status: 403 })
    return handle(c, account)
  }
}

async function show(
  c: Context,
  services: Services,
  username: string,
  error: PasskeyError | null,
): Promise<Response> {
  const passkeys = await tried(services, () => services.staff.local.passkeys(username))
  if (passkeys === 'away') return sendStaffProblem(c, services, 'unavailable', { status: 503 })
  const frame = staffFrameOf(c, services)
  const done = new URL(c.req.url).searchParams.get('done')
  const site = passkeySite(services.publicUrl)
  const challenge = { purpose: 'add', username, at: services.clock() } as const
  const page = passkeysPage(frame, {
    ...{ passkeys, username, error, rpId: site?.rpId ?? null },
    challenge: newChallenge(services.seal, challenge),
    done: done === 'added' || done === 'removed' ? done : null,
  })
  return sendStaffPage(c, services, { ...page, frame, status: error === null ? 200 : 422 })
}
