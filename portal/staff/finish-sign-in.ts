import type { Context } from 'hono'
import { reasonOf } from '#core/error.ts'
import { OFF_REASONS } from '#db/off-reasons.ts'
import type { Person } from '#db/people.ts'
import { SESSION_LIMITS } from '#db/staff-sessions.ts'
import type { NewSession } from '#db/staff-sessions.ts'
import { clientAddress, countedAs } from '../client-address.ts'
import type { Services } from '../services.ts'
import { formatDay } from '../text/date.ts'
import { staffTextIn } from '../text/staff-language.ts'
import { browserName } from './browser-name.ts'
import { sendStaffProblem, staffLanguage } from './send-staff-page.ts'
import { dropCookie, readCookie, writeCookie } from './session-cookie.ts'
import type { SignInOutcome } from './staff-services.ts'

export interface ProvedPerson {
  readonly person: Person
  readonly provider: NewSession['provider']
  /** Whether somebody who is signed in already proves it once more. */
  readonly isAgain: boolean
}

/**
 * Opens the session of somebody who proved who they are, and gives the browser its cookie: always a new one,
 * in place of what it had, so that a cookie that somebody planted before is worth nothing after. Null: done;
 * else the page that says why not.
 */
export async function finishSignIn(
  c: Context,
  services: Services,
  { person, provider, isAgain }: ProvedPerson,
): Promise<Response | null> {
  const { sessions, outcomes } = services.staff
  const before = readCookie(c, services, 'session')
  dropCookie(c, services, 'factor')
  dropCookie(c, services, 'sign-in')
  try {
    const current = isAgain && before !== null ? await sessions.find(before) : null
    const isOther =
      current !== null &&
      (current.person.issuer !== person.issuer || current.person.subject !== person.subject)
    if (isOther) {
      noteFailure(c, services, 'other-person', { how: person.how, account: current.person.account })
      return await sendStaffProblem(c, services, 'other-person', { status: 403 })
    }
    const opened = await sessions.open({
      person,
      provider,
      browser: browserName(c.req.header('User-Agent') ?? ''),
      at: new Date(services.clock()),
      replaces: before,
    })
    if (!opened.ok) {
      noteFailure(c, services, 'account-off', { how: person.how, account: person.account })
      const { reason, since } = opened.off
      const language = staffLanguage(c)
      const known = OFF_REASONS.find((one) => one === reason)
      const words = {
        reason: known === undefined ? reason : staffTextIn(language).offReasons[known],
        since: formatDay(since, language, services.house().zone),
      }
      return await sendStaffProblem(c, services, 'account-off', { status: 403, words })
    }
    outcomes['signed-in'].inc()
    c.set('staffSession', opened.session)
    writeCookie(c, services, 'session', opened.token, SESSION_LIMITS.lifeMs)
    return null
  } catch (thrown) {
    return unavailable(c, services, thrown)
  }
}

/** The database does not answer: nobody is signed in, and nothing else is said. */
export function unavailable(
  c: Context,
  services: Services,
  thrown: unknown,
): Response | Promise<Response> {
  services.counters.databaseFailures.inc()
  services.staff.outcomes.unavailable.inc()
  services.log.warn('portal.staff.unavailable', { reason: reasonOf(thrown) })
  return sendStaffProblem(c, services, 'unavailable', { status: 503 })
}

/** Counts a sign-in that came to nothing, and tells the audit: of an account only where there is one. */
export function noteFailure(
  c: Context,
  services: Services,
  outcome: SignInOutcome,
  { how, account }: { readonly how: Person['how']; readonly account: string | null },
): void {
  services.staff.outcomes[outcome].inc()
  services.staff.audit({
    actor: 'nobody',
    action: 'staff.sign-in.failed',
    subject: account === null ? 'unknown' : `account ${account}`,
    reason: outcome,
    details: { how, address: countedAs(clientAddress(c)) },
  })
}
