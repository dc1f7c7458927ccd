import { readText } from '../attributes.ts'
import { ATTRIBUTE } from '../dictionary.ts'
import { readUserPassword } from '../obfuscation.ts'
import type { Admission } from '../policy/admission.ts'
import { reject, silence } from '../request.ts'
import type { Answer, RadiusRequest, Step } from '../request.ts'
import type { LoginVerdict, StaffLogin } from './staff-login.ts'

/** A name and a password in clear, hidden only by the shared secret (RFC 2865 §5.2). */
export function createPap(login: StaffLogin, admission: Admission): Step {
  function answerTo(verdict: LoginVerdict, { client }: RadiusRequest): Answer {
    const { gateway } = client
    if (gateway.staff === null) return reject('no-staff-network')
    if (!verdict.ok) {
      // A reject would send a person with the right password away; silence makes the gateway ask again.
      const { reason } = verdict
      return reason === 'overloaded' ? silence('passwords-overloaded') : reject(reason)
    }
    const { ok, rule, attributes } = admission.staff(gateway, gateway.staff, verdict.account, 'pap')
    if (!ok) return reject('refused-by-policy', attributes, rule)
    return { kind: 'accept', method: 'pap', rule, attributes }
  }

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
