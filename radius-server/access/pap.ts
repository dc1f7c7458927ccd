import { readText } from '../attributes.ts'
import { ATTRIBUTE } from '../dictionary.ts'
import { readUserPassword } from '../obfuscation.ts'
import { reject, silence } from '../request.ts'
import type { Answer, RadiusRequest, Step } from '../request.ts'
import { staffAttributes } from './accept.ts'
import type { OverLimit } from '../limits/over-limit.ts'
import { RequestOrigin } from './login-origin.ts'
import type { LoginVerdict, StaffLogins } from './staff-login.ts'

/** A name and a password in clear, hidden only by the shared secret (RFC 2865 §5.2). */
export function createPap(
  login: Pick<StaffLogins, 'check'>,
  limits: Pick<OverLimit, 'mayLogIn'>,
): Step {
  return (request) => {
    const { packet, client } = request
    const password = readUserPassword(packet, client.secret)
    if (password === undefined) return null
    if (client.gateway.staff === null) return reject('no-staff-network')
    if (password === null) return reject('bad-password-attribute')

    const origin = new RequestOrigin(request, limits)
    const verdict = login.check(readText(packet, ATTRIBUTE['User-Name']), password, origin)
    return verdict instanceof Promise
      ? verdict.then((settled) => answerTo(settled, request, origin))
      : answerTo(verdict, request, origin)
  }
}

function answerTo(
  verdict: LoginVerdict,
  { client }: RadiusRequest,
  { isOver }: RequestOrigin,
): Answer {
  const { staff } = client.gateway
  if (staff === null) return reject('no-staff-network')
  if (verdict.ok) {
    return { kind: 'accept', method: 'pap', attributes: staffAttributes(staff, verdict.account) }
  }
  // A reject would send a person with the right password away; silence makes the gateway ask again.
  if (verdict.reason !== 'overloaded') return reject(verdict.reason)
  return silence(isOver ? 'over-limit' : 'passwords-overloaded')
}
