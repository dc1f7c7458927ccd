import type { Clock } from '#core/clock.ts'
import { readText } from '../attributes.ts'
import { ATTRIBUTE } from '../dictionary.ts'
import { LoginTrace } from '../login-trace.ts'
import { readUserPassword } from '../obfuscation.ts'
import type { Admission } from '../policy/admission.ts'
import { reject, silence } from '../request.ts'
import type { Answer, RadiusRequest, Step } from '../request.ts'
import type { OverLimit } from '../limits/over-limit.ts'
import { RequestOrigin } from './login-origin.ts'
import type { LoginVerdict, StaffLogins } from './staff-login.ts'

/** A name and a password in clear, hidden only by the shared secret (RFC 2865 §5.2). */
export function createPap(
  login: Pick<StaffLogins, 'check'>,
  admission: Admission,
  limits: Pick<OverLimit, 'mayLogIn'>,
  clock: Clock,
): Step {
  function answerTo(
    verdict: LoginVerdict,
    { client }: RadiusRequest,
    { isOver }: RequestOrigin,
    trace: LoginTrace,
  ): Answer {
    const { gateway } = client
    if (gateway.staff === null) return reject('no-staff-network')
    if (!verdict.ok) {
      // A reject would send a person with the right password away; silence makes the gateway ask again.
      if (verdict.reason !== 'overloaded') return reject(verdict.reason)
      return silence(isOver ? 'over-limit' : 'passwords-overloaded')
    }
    trace.account = verdict.account.username
    const { ok, rule, attributes } = admission.staff(gateway, gateway.staff, verdict.account, 'pap')
    if (!ok) return reject('refused-by-policy', attributes, rule)
    return { kind: 'accept', method: 'pap', rule, attributes }
  }

  return (request) => {
    const { packet, client } = request
    const password = readUserPassword(packet, client.secret)
    if (password === undefined) return null
    const username = readText(packet, ATTRIBUTE['User-Name'])
    const trace = new LoginTrace('pap', username)
    request.trace = trace
    if (client.gateway.staff === null) return reject('no-staff-network')
    if (password === null) return reject('bad-password-attribute')

    const origin = new RequestOrigin(request, limits)
    const verdict = login.check(username, password, origin, trace)
    if (!(verdict instanceof Promise)) return answerTo(verdict, request, origin, trace)
    const askedAt = clock()
    return verdict.then((settled) => {
      trace.answeredMs = clock() - askedAt
      return answerTo(settled, request, origin, trace)
    })
  }
}
