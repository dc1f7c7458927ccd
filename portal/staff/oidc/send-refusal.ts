import type { Context } from 'hono'
import type { Services } from '../../services.ts'
import { noteFailure } from '../finish-sign-in.ts'
import { sendStaffProblem } from '../send-staff-page.ts'
import type { OidcRefusal } from './refusal-of.ts'

const STATUS = {
  'provider-away': 503,
  'provider-refused': 403,
  'provider-answer': 400,
  'provider-clock': 503,
  'no-account': 403,
  'no-provider': 404,
} as const satisfies Record<OidcRefusal, number>

/** The page that says why nobody was signed in, and leads back to where all ways in are. */
export function sendOidcRefusal(
  c: Context,
  services: Services,
  reason: OidcRefusal,
  from: { readonly provider: string; readonly to: string; readonly isAgain: boolean },
): Response | Promise<Response> {
  if (reason !== 'no-provider') noteFailure(c, services, reason, { how: 'oidc', account: null })
  const label = services.staff.providers.find(from.provider)?.label ?? ''
  const { to, isAgain } = from
  const status = STATUS[reason]
  return sendStaffProblem(c, services, reason, { status, to, isAgain, words: { provider: label } })
}
