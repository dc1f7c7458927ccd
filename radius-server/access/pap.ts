import type { Clock } from '#core/clock.ts'
import { readText } from '../attributes.ts'
import { ATTRIBUTE } from '../dictionary.ts'
import { LoginTrace } from '../login-trace.ts'
import { readUserPassword } from '../obfuscation.ts'
import { reject, silence } from '../request.ts'
import type { Answer, RadiusRequest, Step } from '../request.ts'
import { staffAttributes } from './accept.ts'
import type { LoginVerdict, StaffLogin } from './staff-login.ts'

/** A name and a password in clear, hidden only by the shared secret (RFC 2865 §5.2). */
export function createPap(login: StaffLogin, clock: Clock): Step {
  return (request) => {
    const { packet, client } = request
    const password = readUserPassword(packet, client.secret)
    if (password === undefined) return null
    const username = readText(packet, ATTRIBUTE['User-Name'])
    const trace = new LoginTrace('pap', username)
    request.trace = trace
    if (client.gateway.staff === null) return reject('no-staff-network')
    if (password === null) return reject('bad-password-attribute')

    const verdict = login.check(username, password, trace)
    if (!(verdict instanceof Promise)) return answerTo(verdict, request, trace)
    const askedAt = clock()
    return verdict.then((settled) => {
      trace.answeredMs = clock() - askedAt
      return answerTo(settled, request, trace)
    })
  }
}

function answerTo(verdict: LoginVerdict, { client }: RadiusRequest, trace: LoginTrace): Answer {
  const { staff } = client.gateway
  if (staff === null) return reject('no-staff-network')
  if (verdict.ok) {
    trace.account = verdict.account.username
    return { kind: 'accept', method: 'pap', attributes: staffAttributes(staff, verdict.account) }
  }
  // A reject would send a person with the right password away; silence makes the gateway ask again.
  return verdict.reason === 'overloaded' ? silence('passwords-overloaded') : reject(verdict.reason)
}
