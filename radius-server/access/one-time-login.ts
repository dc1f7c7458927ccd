import { createHash, timingSafeEqual } from 'node:crypto'
import type { Clock } from '#core/clock.ts'
import { parseMac } from '#core/mac.ts'
import type { Mac } from '#core/mac.ts'
import { CREDENTIAL_PREFIX } from '#db/credentials.ts'
import type { TakenCredential } from '#db/credentials.ts'
import { readText } from '../attributes.ts'
import { ATTRIBUTE } from '../dictionary.ts'
import { createGate } from '#core/gate.ts'
import { LoginTrace } from '../login-trace.ts'
import { readUserPassword } from '../obfuscation.ts'
import { AUTHENTICATOR_AT, attributeOffset, firstAttribute } from '../packet.ts'
import type { Packet } from '../packet.ts'
import type { Admission } from '../policy/admission.ts'
import { reject, silence } from '../request.ts'
import type { Answer, RadiusRequest, Step } from '../request.ts'

const LIMITS = { running: 16, waiting: 256 } as const
const CHAP_BYTES = 17
const PREFIX = [...Buffer.from(CREDENTIAL_PREFIX)]
const CHAP_CHALLENGE_BYTES = 16

/** Takes the password away: who asks again is told that there is none. */
export type TakeCredential = (asked: {
  readonly name: string
  readonly gateway: string
  readonly mac: Mac
}) => Promise<TakenCredential | null>

/**
 * A guest whose gateway wants a password (CoovaChilli, MikroTik): the portal made one for this device at
 * this gateway, good once. The name says so, and is nobody's; all other names go to the steps behind.
 */
export function createOneTimeLogin(take: TakeCredential, admission: Admission, clock: Clock): Step {
  const gate = createGate(LIMITS)

  async function answer(
    { client }: RadiusRequest,
    asking: Promise<TakenCredential | null>,
    isRight: (password: string) => boolean,
    trace: LoginTrace,
  ): Promise<Answer> {
    const askedAt = clock()
    const taken = await asking.catch(() => 'away' as const)
    // Not a reject: the gateway asks again, and the portal's page is still open.
    if (taken === 'away') return silence('passwords-overloaded')
    trace.answerer = 'grant'
    trace.answeredMs = clock() - askedAt
    const { gateway } = client
    const { guest } = gateway
    if (guest === null) return reject('no-guest-network')
    if (taken === null) return reject('one-time-unknown')
    if (!isRight(taken.password)) return reject('wrong-password')
    const seconds = Math.floor((taken.until - clock()) / 1000)
    if (seconds <= 0) return reject('no-grant')
    const { ok, rule, attributes } = admission.guest(gateway, guest, seconds)
    if (!ok) return reject('refused-by-policy', attributes, rule)
    return { kind: 'accept', method: 'one-time', rule, attributes }
  }

  return (request) => {
    const { packet, client } = request
    if (!isOneTime(packet)) return null
    const name = readText(packet, ATTRIBUTE['User-Name'])
    if (name === null) return null
    const station = readText(packet, ATTRIBUTE['Calling-Station-Id'])
    const mac = station === null ? null : parseMac(station)
    const isRight = proofOf(request)
    if (isRight === null) return null
    const trace = new LoginTrace('one-time', mac)
    request.trace = trace
    if (mac === null) return reject('one-time-unknown')
    const asking = gate.run(() => take({ name, gateway: client.gateway.name, mac }))
    return asking === null
      ? silence('passwords-overloaded')
      : answer(request, asking, isRight, trace)
  }
}

/** By its octets: every log-in passes here, and no text is made of those that are another step's. */
function isOneTime(packet: Packet): boolean {
  const from = attributeOffset(packet, ATTRIBUTE['User-Name'])
  return from > 0 && PREFIX.every((octet, i) => packet.bytes[from + i] === octet)
}

/** Whether a password is the one that the packet shows, in clear (PAP) or by a digest (CHAP). */
function proofOf({ packet, client }: RadiusRequest): ((password: string) => boolean) | null {
  const chap = firstAttribute(packet, ATTRIBUTE['CHAP-Password'])
  if (chap !== null) {
    // RFC 2865 §5.40: without one, the challenge is the authenticator of the request.
    const authenticator = packet.bytes.subarray(
      AUTHENTICATOR_AT,
      AUTHENTICATOR_AT + CHAP_CHALLENGE_BYTES,
    )
    const challenge = firstAttribute(packet, ATTRIBUTE['CHAP-Challenge']) ?? authenticator
    const shown = Buffer.from(chap)
    const over = Buffer.from(challenge)
    return (password) => {
      if (shown.length !== CHAP_BYTES) return false
      const digest = createHash('md5').update(shown.subarray(0, 1)).update(password).update(over)
      return timingSafeEqual(digest.digest(), shown.subarray(1))
    }
  }
  const clear = readUserPassword(packet, client.secret)
  if (clear === undefined) return null
  return (password) => {
    const known = Buffer.from(password)
    return clear !== null && clear.length === known.length && timingSafeEqual(clear, known)
  }
}
