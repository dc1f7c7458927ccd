import { randomBytes } from 'node:crypto'
import type { Clock } from '#core/clock.ts'
import { readText, readVendor, vendorAttribute } from '../attributes.ts'
import type { Attribute } from '../attributes.ts'
import { ATTRIBUTE, MICROSOFT } from '../dictionary.ts'
import { LoginTrace } from '../login-trace.ts'
import { mppeKeyAttributes } from '../mppe-keys.ts'
import { firstAttribute } from '../packet.ts'
import { reject, silence } from '../request.ts'
import type { Answer, RadiusRequest, RejectReason, Step } from '../request.ts'
import { staffAttributes } from './accept.ts'
import { checkMsChap } from './ms-chap-login.ts'
import type { MsChapAttempt } from './ms-chap-login.ts'
import { MS_CHAP, mppeKeys } from './ms-chap.ts'
import type { StaffLogin } from './staff-login.ts'
import { createTracedLogin } from './traced-login.ts'

/** Identifier, flags, peer challenge, eight reserved octets, NT response (RFC 2548 §2.3.2). */
const RESPONSE_BYTES = 50

/** MS-CHAPv2 in RADIUS attributes (RFC 2548 §2.3), as VPN gateways and some controllers send it. */
export function createMsChap(login: StaffLogin, clock: Clock): Step {
  async function answer(
    request: RadiusRequest,
    identifier: number,
    attempt: MsChapAttempt,
    trace: LoginTrace,
  ): Promise<Answer> {
    const { packet, client } = request
    const { staff } = client.gateway
    if (staff === null) return reject('no-staff-network')
    const verdict = await checkMsChap(createTracedLogin(login, trace, clock), attempt)
    if (!verdict.ok) {
      if (verdict.reason === 'overloaded') return silence('passwords-overloaded')
      return refuse(verdict.reason, identifier)
    }
    trace.account = verdict.account.username
    const proof = Buffer.concat([Buffer.of(identifier), Buffer.from(verdict.proof)])
    return {
      kind: 'accept',
      method: 'mschapv2',
      attributes: [
        microsoft('MS-CHAP2-Success', proof),
        ...mppeKeyAttributes(
          mppeKeys(verdict.ntHash, attempt.response),
          packet.authenticator,
          client.secret,
        ),
        ...staffAttributes(staff, verdict.account),
      ],
    }
  }

  return (request) => {
    const { packet } = request
    const response = vendorValue(request, 'MS-CHAP2-Response')
    const isVersion1 = response === null && vendorValue(request, 'MS-CHAP-Response') !== null
    if (response === null && !isVersion1) return null
    const trace = new LoginTrace('mschap', readText(packet, ATTRIBUTE['User-Name']))
    request.trace = trace
    // Version 1 proves nothing of the server and breaks in a day: RFC 2433 is not spoken.
    if (response === null) return reject('mschap-version-1')
    const challenge = vendorValue(request, 'MS-CHAP-Challenge')
    const username = firstAttribute(packet, ATTRIBUTE['User-Name'])
    const isWhole =
      response.length === RESPONSE_BYTES && challenge?.length === MS_CHAP.challengeBytes
    if (!isWhole || username === null) return reject('bad-password-attribute')
    const attempt = {
      username,
      hashedName: username,
      authenticatorChallenge: challenge,
      peerChallenge: response.subarray(2, 2 + MS_CHAP.challengeBytes),
      response: response.subarray(RESPONSE_BYTES - MS_CHAP.ntResponseBytes),
    }
    return answer(request, response[0] ?? 0, attempt, trace)
  }
}

/** RFC 2759 §6: 691 is the wrong name or password; R=0, that trying again here is of no use. */
function refuse(reason: RejectReason, identifier: number): Answer {
  const challenge = randomBytes(MS_CHAP.challengeBytes).toString('hex').toUpperCase()
  const text = `E=691 R=0 C=${challenge} V=3 M=Authentication failed`
  const error = microsoft(
    'MS-CHAP-Error',
    Buffer.concat([Buffer.of(identifier), Buffer.from(text)]),
  )
  return reject(reason, [error])
}

function vendorValue({ packet }: RadiusRequest, name: keyof typeof MICROSOFT): Uint8Array | null {
  return readVendor(packet, MICROSOFT.vendor, MICROSOFT[name])
}

function microsoft(name: keyof typeof MICROSOFT, content: Uint8Array): Attribute {
  return vendorAttribute(MICROSOFT.vendor, MICROSOFT[name], content)
}
