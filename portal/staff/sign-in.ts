import type { Context, Handler } from 'hono'
import { html } from 'hono/html'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { LONGEST_LOGIN_NAME, parseLoginName } from '#core/ldap/login-name.ts'
import type { LoginName } from '#core/ldap/login-name.ts'
import type { Person } from '#db/people.ts'
import { clientAddress, countedAs } from '../client-address.ts'
import type { Services } from '../services.ts'
import { formatDuration } from '../text/date.ts'
import { fill } from '../text/fill.ts'
import { staffTextIn } from '../text/staff-language.ts'
import type { StaffText } from '../text/staff-fr.ts'
import { checkDirectory } from './directory-sign-in.ts'
import { finishSignIn, noteFailure, unavailable } from './finish-sign-in.ts'
import { sealPendingFactor } from './pending.ts'
import { returnPath } from './return-path.ts'
import { newTotpSecret } from './second-factor.ts'
import { sendStaffPage, staffFrameOf } from './send-staff-page.ts'
import { writeCookie } from './session-cookie.ts'
import { LIMITS } from '../limits.ts'
import { signInPage } from './sign-in-page.ts'
import { formOf } from './staff-form.ts'
import { ENROL_PATH, FACTOR_PATH } from './staff-paths.ts'

/** What the page says of a try. */
type Refusal = Exclude<
  keyof StaffText['signIn'],
  'title' | 'lead' | 'leadAgain' | 'with' | 'orLocal' | 'account' | 'password' | 'submit'
>

interface Asked {
  readonly to: string
  readonly isAgain: boolean
  readonly account: string
}

/** `GET /staff/sign-in?to=/staff`: every way in that there is. */
export function signIn(services: Services): Handler {
  return function signInHandler(c) {
    const query = new URL(c.req.url).searchParams
    const asked = { to: returnPath(query.get('to')), isAgain: query.get('again') === '1' }
    return show(c, services, { ...asked, account: '' }, null)
  }
}

/**
 * `POST /staff/sign-in`: a local account, which then shows its second factor; or somebody of a directory,
 * where there is no identity provider to ask instead.
 */
export function signInByPassword(services: Services): Handler {
  return async function signInByPasswordHandler(c) {
    const form = formOf(c)
    const account = (form.get('account') ?? '').trim()
    const password = form.get('password') ?? ''
    const asked = {
      to: returnPath(form.get('to')),
      isAgain: form.get('again') === '1',
      account: account.length > LONGEST_LOGIN_NAME ? '' : account,
    }
    if (asked.account === '' || password === '') return show(c, services, asked, 'empty')

    const address = countedAs(clientAddress(c))
    const username = asked.account.toLowerCase()
    const { failed, attempts } = services.staff
    const waitMs = Math.max(attempts.take(address) * 1000, failed.heldMs(username, address))
    if (waitMs > 0) {
      services.staff.outcomes.held.inc()
      c.header('Retry-After', String(Math.ceil(waitMs / 1000)))
      return show(c, services, asked, 'held', waitMs)
    }
    try {
      return await check(c, services, asked, username, password, address)
    } catch (thrown) {
      return unavailable(c, services, thrown)
    }
  }
}

async function check(
  c: Context,
  services: Services,
  asked: Asked,
  username: string,
  password: string,
  address: string,
): Promise<Response> {
  const { local, failed, directory, providers } = services.staff
  const isLocal = await local.exists(username)
  const name = parseLoginName(asked.account)
  const own = isLocal || providers.list().length > 0 ? null : directory(name)
  if (own !== null) {
    const verdict = await checkDirectory(own, name, password)
    if (!verdict.ok) {
      const { reason } = verdict
      if (reason === 'wrong') failed.failed(username, address)
      noteFailure(c, services, reason, { how: 'ldap', account: verdict.account })
      return show(c, services, asked, reason)
    }
    failed.succeeded(username, address)
    const person = await distinct(services, verdict.person, name)
    const proved = { person, provider: null, isAgain: asked.isAgain }
    return (await finishSignIn(c, services, proved)) ?? c.redirect(asked.to, 303)
  }
  const verdict = await local.check(username, password)
  if (!verdict.ok) {
    if (verdict.reason === 'wrong') failed.failed(username, address)
    noteFailure(c, services, verdict.reason, { how: 'local', account: isLocal ? username : null })
    return show(c, services, asked, verdict.reason)
  }
  failed.succeeded(username, address)
  const hasFactor = (await local.secondFactor(username)) !== null
  const pending = sealPendingFactor(services.seal, {
    username,
    secret: hasFactor ? null : newTotpSecret(),
    to: asked.to,
    isAgain: asked.isAgain,
    at: services.clock(),
  })
  writeCookie(c, services, 'factor', pending, LIMITS.signInMs)
  return c.redirect(hasFactor ? FACTOR_PATH : ENROL_PATH, 303)
}

/** `bob@restos.example`, whom the directory calls bob, is not the bob of the house: as at the RADIUS server. */
async function distinct(services: Services, person: Person, { realm }: LoginName): Promise<Person> {
  if (!(await services.staff.local.exists(person.account))) return person
  const account = `${person.account}@${realm}`
  return { ...person, account, subject: account }
}

const STATUS = {
  empty: 422,
  wrong: 422,
  held: 429,
  busy: 503,
  'directory-away': 503,
  'password-expired': 422,
  'account-off': 403,
  'account-expired': 403,
  'account-locked': 403,
  'account-restricted': 403,
} as const satisfies Record<Refusal, ContentfulStatusCode>

function show(
  c: Context,
  services: Services,
  asked: Asked,
  refusal: Refusal | null,
  waitMs = 0,
): Response | Promise<Response> {
  const frame = staffFrameOf(c, services)
  const { signIn: words } = staffTextIn(frame.language)
  const duration = formatDuration(Math.ceil(waitMs / 1000), frame.language)
  const error = refusal === null ? null : html`${fill(words[refusal], { duration })}`
  const providers = services.staff.providers.list()
  // The form's own address says where to come back to, also when this page answers a form.
  const query = [['to', asked.to] as const, ...(asked.isAgain ? [['again', '1'] as const] : [])]
  const content = signInPage({ ...frame, query }, { ...asked, providers, error })
  return sendStaffPage(c, services, {
    ...content,
    frame: { ...frame, query },
    status: refusal === null ? 200 : STATUS[refusal],
  })
}
