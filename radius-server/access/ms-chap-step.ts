import { randomBytes } from 'node:crypto'
import type { Clock } from '#core/clock.ts'
import { readText, readVendor, vendorAttribute } from '../attributes.ts'
import type { Attribute } from '../attributes.ts'
import { ATTRIBUTE, MICROSOFT } from '../dictionary.ts'
import { LoginTrace } from '../login-trace.ts'
import { mppeKeyAttributes } from '../mppe-keys.ts'
import { firstAttribute } from '../packet.ts'
import type { Admission } from '../policy/admission.ts'
import { reject, silence } from '../request.ts'
import type { Answer, RadiusRequest, RejectReason, Step } from '../request.ts'
import type { OverLimit } from '../limits/over-limit.ts'
import { RequestOrigin } from './login-origin.ts'
import { checkMsChap } from './ms-chap-login.ts'
import type { MsChapAttempt } from './ms-chap-login.ts'
import { MS_CHAP, mppeKeys } from './ms-chap.ts'
import type { StaffLogins } from './staff-login.ts'
import { createTracedLogin } from './traced-login.ts'

/** Identifier, flags, peer challenge, eight reserved octets, NT response (RFC 2548 §2.3.2). */
const RESPONSE_BYTES = 50

/** MS-CHAPv2 in RADIUS attributes (RFC 2548 §2.3), as VPN gateways and some controllers send it. */
export function createMsChap(
  login: Pick<StaffLogins, 'from'>,
  admission: Admission,
  limits: Pick<OverLimit, 'mayLogIn'>,
  clock: Clock,
): Step {
  async function answer(
    request: RadiusRequest,
    identifier: number,
    attempt: MsChapAttempt,
    trace: LoginTrace,
  ): Promise<Answer> {
    const { packet, client } = request
    const { gateway } = client
    const { staff } = gateway
    if (staff === null) return reject('no-staff-network')
    const origin = new RequestOrigin(request, limits)
    if (!origin.mayCost()) return silence('over-limit')
    const traced = createTracedLogin(login.from(origin), trace, clock)
    const verdict = await checkMsChap(traced, attempt)
    if (!verdict.ok) {
      if (verdict.reason === 'overloaded') return silence('passwords-overloaded')
      return refuse(verdict.reason, WRONG, identifier)
    }
    trace.account = verdict.account.username
    const admitted = admission.staff(gateway, staff, verdict.account, 'mschapv2')
    const { rule } = admitted
    if (!admitted.ok) return refuse('refused-by-policy', NOT_PERMITTED, identifier, rule)
    const proof = Buffer.concat([Buffer.of(identifier), Buffer.from(verdict.proof)])
    return {
      kind: 'accept',
      method: 'mschapv2',
      rule,
      attributes: [
        microsoft('MS-CHAP2-Success', proof),
        ...mppeKeyAttributes(
          mppeKeys(verdict.ntHash, attempt.response),
          packet.authenticator,
          client.secret,
        ),
        ...admitted.attributes,
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

/** RFC 2759 §6: the wrong name or password, and somebody who may not come in. */
const WRONG = 691
const NOT_PERMITTED = 649

/** R=0: trying again here is of no use. */
function refuse(
  reason: RejectReason,
  error: number,
  identifier: number,
  rule: string | null = null,
): Answer {
  const challenge = randomBytes(MS_CHAP.challengeBytes).toString('hex').toUpperCase()
  const text = `E=${error} R=0 C=${challenge} V=3 M=Authentication failed`
  const told = microsoft('MS-CHAP-Error', Buffer.concat([Buffer.of(identifier), Buffer.from(text)]))
  return reject(reason, [told], rule)
}

function vendorValue({ packet }: RadiusRequest, name: keyof typeof MICROSOFT): Uint8Array | null {
  return readVendor(packet, MICROSOFT.vendor, MICROSOFT[name])
}

function microsoft(name: keyof typeof MICROSOFT, content: Uint8Array): Attribute {
  return vendorAttribute(MICROSOFT.vendor, MICROSOFT[name], content)
}
