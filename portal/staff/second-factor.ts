import { randomBytes } from 'node:crypto'
import type { Context, Handler } from 'hono'
import { TOTP_SECRET_BYTES, matchTotp } from '#core/totp.ts'
import type { Person } from '#db/people.ts'
import { clientAddress, countedAs } from '../client-address.ts'
import type { Services } from '../services.ts'
import { formatDuration } from '../text/date.ts'
import { fill } from '../text/fill.ts'
import { staffTextIn } from '../text/staff-language.ts'
import { finishSignIn, noteFailure, unavailable } from './finish-sign-in.ts'
import { openPendingFactor } from './pending.ts'
import type { PendingFactor } from './pending.ts'
import { newChallenge, passkeySite } from './passkey-challenge.ts'
import type { PasskeyForm } from './passkey-form.ts'
import { personGroups } from './person-claims.ts'
import { newRecoveryCodes, readRecoveryCode } from './recovery-codes.ts'
import { codePage, codesPage, enrolPage } from './second-factor-pages.ts'
import { sendStaffPage, sendStaffProblem, staffFrameOf } from './send-staff-page.ts'
import { readCookie } from './session-cookie.ts'
import { formOf } from './staff-form.ts'
import { PASSKEY_FACTOR_PATH } from './staff-paths.ts'

/** Base64. */
export function newTotpSecret(): string {
  return randomBytes(TOTP_SECRET_BYTES).toString('base64')
}

/** `GET /staff/sign-in/code`, `GET /staff/sign-in/second-factor`: what comes after a right password. */
export function askFactor(services: Services): Handler {
  return function askFactorHandler(c) {
    const pending = pendingOf(c, services)
    return pending === null ? tooLate(c, services) : showFactor(c, services, pending, null)
  }
}

/** `POST /staff/sign-in/code`: a code of the app, or a recovery code. */
export function checkFactor(services: Services): Handler {
  return async function checkFactorHandler(c) {
    const pending = pendingOf(c, services)
    if (pending === null) return tooLate(c, services)
    const held = heldMs(c, services, pending)
    if (held > 0) return showFactor(c, services, pending, held)
    try {
      const isRight = await takeCode(services, pending.username, formOf(c).get('code') ?? '')
      if (!isRight) return await wrong(c, services, pending)
      return await letIn(c, services, pending, () => c.redirect(pending.to, 303))
    } catch (thrown) {
      return unavailable(c, services, thrown)
    }
  }
}

/** `POST /staff/sign-in/second-factor`: the first code of a new app; only then it counts. */
export function enrolFactor(services: Services): Handler {
  return async function enrolFactorHandler(c) {
    const pending = pendingOf(c, services)
    const sealed = pending?.secret ?? null
    if (pending === null || sealed === null) return tooLate(c, services)
    const held = heldMs(c, services, pending)
    if (held > 0) return showFactor(c, services, pending, held)
    const secret = Buffer.from(sealed, 'base64')
    const step = matchTotp(secret, digits(formOf(c).get('code') ?? ''), services.clock(), 0)
    if (step === null) return wrong(c, services, pending)
    try {
      const { username } = pending
      const recoveryCodes = newRecoveryCodes()
      const enrolled = { username, secret, step, recoveryCodes }
      // Somebody who has the password too was faster: this app is not the one that counts.
      if (!(await services.staff.local.enrol(enrolled))) return tooLate(c, services)
      return await letIn(c, services, pending, () => {
        const page = codesPage(staffFrameOf(c, services), recoveryCodes, pending.to)
        return sendStaffPage(c, services, page)
      })
    } catch (thrown) {
      return unavailable(c, services, thrown)
    }
  }
}

async function takeCode(services: Services, username: string, typed: string): Promise<boolean> {
  const { local } = services.staff
  const recovery = readRecoveryCode(typed)
  if (recovery !== null) return (await local.takeRecoveryCode(username, recovery)) !== null
  const factor = await local.secondFactor(username)
  if (factor === null) return false
  const step = matchTotp(factor.secret, digits(typed), services.clock(), factor.lastStep)
  return step !== null && (await local.takeStep(username, step))
}

/** Apps show `123 456`. */
function digits(typed: string): string {
  return typed.replaceAll(/\s/g, '')
}

export async function letIn(
  c: Context,
  services: Services,
  { username, isAgain }: PendingFactor,
  done: () => Response | Promise<Response>,
): Promise<Response> {
  services.staff.failed.succeeded(factorKey(username), addressOf(c))
  const groups = await services.staff.local.groupsOf(username)
  // No longer declared since the password was typed.
  if (groups === null) return tooLate(c, services)
  const person: Person = {
    ...{ issuer: 'local', subject: username, account: username, name: username, mail: null },
    ...{ groups: personGroups(groups), how: 'local', secondFactor: true },
  }
  return (await finishSignIn(c, services, { person, provider: null, isAgain })) ?? done()
}

export function wrong(c: Context, services: Services, pending: PendingFactor): Promise<Response> {
  services.staff.failed.failed(factorKey(pending.username), addressOf(c))
  noteFailure(c, services, 'wrong-code', { how: 'local', account: pending.username })
  return showFactor(c, services, pending, 0)
}

export function tooLate(c: Context, services: Services): Response | Promise<Response> {
  services.staff.outcomes['pending-expired'].inc()
  return sendStaffProblem(c, services, 'pending-expired', { status: 400 })
}

export function pendingOf(c: Context, services: Services): PendingFactor | null {
  return openPendingFactor(services.seal, readCookie(c, services, 'factor'), services.clock())
}

export function heldMs(c: Context, services: Services, { username }: PendingFactor): number {
  const heldFor = services.staff.failed.heldMs(factorKey(username), addressOf(c))
  if (heldFor > 0) services.staff.outcomes.held.inc()
  return heldFor
}

/** Codes are counted apart: a right password must not make guesses of the code free again. */
function factorKey(username: string): string {
  return `code of ${username}`
}

function addressOf(c: Context): string {
  return countedAs(clientAddress(c))
}

/**
 * `failed`: null before the first try, 0 after a wrong code, else how long there is to wait. Where the passkeys of the
 * account are not known now, the page is shown without them.
 */
export async function showFactor(
  c: Context,
  services: Services,
  pending: PendingFactor,
  failed: number | null,
): Promise<Response> {
  const frame = staffFrameOf(c, services)
  const { secondFactor, signIn } = staffTextIn(frame.language)
  const duration = formatDuration(Math.ceil((failed ?? 0) / 1000), frame.language)
  let error = null
  if (failed === 0) error = fill(secondFactor.wrong, {})
  else if (failed !== null) error = fill(signIn.held, { duration })
  const { username, secret } = pending
  const page =
    secret === null
      ? codePage(frame, error, await passkeyToShow(services, username))
      : enrolPage(frame, { username, secret: Buffer.from(secret, 'base64'), error })
  let status: 200 | 422 | 429 = 200
  if (failed !== null) status = failed === 0 ? 422 : 429
  return sendStaffPage(c, services, { ...page, frame, status })
}

async function passkeyToShow(services: Services, username: string): Promise<PasskeyForm | null> {
  const site = passkeySite(services.publicUrl)
  if (site === null) return null
  const passkeys = await services.staff.local.passkeys(username).catch(() => [])
  if (passkeys.length === 0) return null
  const challenge = { purpose: 'show', username, at: services.clock() } as const
  return {
    ...{ action: PASSKEY_FACTOR_PATH, isNew: false, username, rpId: site.rpId },
    challenge: newChallenge(services.seal, challenge),
    known: passkeys.map(({ id }) => id),
  }
}
