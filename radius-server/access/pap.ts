import { readText } from '../attributes.ts'
import { ATTRIBUTE } from '../dictionary.ts'
import { readUserPassword } from '../obfuscation.ts'
import { reject, silence } from '../request.ts'
import type { Answer, RadiusRequest, Step } from '../request.ts'
import { staffAttributes } from './accept.ts'
import type { LoginVerdict, StaffLogin } from './staff-login.ts'

/** A name and a password in clear, hidden only by the shared secret (RFC 2865 §5.2). */
export function createPap(login: StaffLogin): Step {
  return (request) => {
    const { packet, client } = request
    const password = readUserPassword(packet, client.secret)
    if (password === undefined) return null
    if (client.gateway.staff === null) return reject('no-staff-network')
    if (password === null) return reject('bad-password-attribute')

    const verdict = login.check(readText(packet, ATTRIBUTE['User-Name']), password)
    return verdict instanceof Promise
      ? verdict.then((settled) => answerTo(settled, request))
      : answerTo(verdict, request)
  }
}

function answerTo(verdict: LoginVerdict, { client }: RadiusRequest): Answer {
  const { staff } = client.gateway
  if (staff === null) return reject('no-staff-network')
  if (verdict.ok) {
    return { kind: 'accept', method: 'pap', attributes: staffAttributes(staff, verdict.account) }
  }
  // A reject would send a person with the right password away; silence makes the gateway ask again.
  return verdict.reason === 'overloaded' ? silence('passwords-overloaded') : reject(verdict.reason)
}
