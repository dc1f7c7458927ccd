import { readText } from '../attributes.ts'
import { ATTRIBUTE } from '../dictionary.ts'
import { LoginTrace } from '../login-trace.ts'
import { hasAttribute } from '../packet.ts'
import { reject } from '../request.ts'
import type { Step } from '../request.ts'

/**
 * CHAP (RFC 2865 §5.3) is MD5 over the password itself, which no account here holds and which would
 * have to lie in the database in clear. The refusal is its own reason, so that who sets a gateway up
 * reads what to change: PAP there, or 802.1X.
 */
export const refuseChap: Step = (request) => {
  const { packet } = request
  if (!hasAttribute(packet, ATTRIBUTE['CHAP-Password'])) return null
  request.trace = new LoginTrace('chap', readText(packet, ATTRIBUTE['User-Name']))
  return reject('chap-needs-clear-password')
}
