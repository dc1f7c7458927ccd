import type { Clock } from '#core/clock.ts'
import { parseMac } from '#core/mac.ts'
import type { Mac } from '#core/mac.ts'
import { captiveNetworkOf } from '#db/captive-network.ts'
import { decodeText, readInteger, readText } from '../attributes.ts'
import { ATTRIBUTE, SERVICE_TYPE } from '../dictionary.ts'
import { LoginTrace } from '../login-trace.ts'
import { readUserPassword } from '../obfuscation.ts'
import type { Admission } from '../policy/admission.ts'
import { reject, silence } from '../request.ts'
import type { Answer, RadiusRequest, Step } from '../request.ts'
import type { CaptiveAnswer } from './captive-answer.ts'
import type { GrantLookup, GrantVerdict } from './grant-lookup.ts'
import type { SignedInDevice } from './signed-in-device.ts'
import { readWlan } from './wlan.ts'

/** A device that accepted the terms is let in by its hardware address, without a page. */
export function createMacAuthentication(
  grants: GrantLookup,
  admission: Admission,
  clock: Clock,
  captive: CaptiveAnswer,
  signedIn: SignedInDevice,
): Step {
  function answerTo(verdict: GrantVerdict, { client }: RadiusRequest, mac: Mac): Answer {
    const { gateway } = client
    const { guest } = gateway
    if (guest === null) return reject('no-guest-network')
    if (verdict === 'overloaded') return silence('grants-overloaded')
    const isUnknown = verdict === 'unavailable'
    const seconds = isUnknown || verdict === null ? 0 : Math.floor((verdict - clock()) / 1000)
    if (seconds <= 0) {
      const kept = captive(gateway, mac, 'guest')
      if (kept !== null) return { kind: 'accept', method: 'captive', rule: null, attributes: kept }
      return reject(isUnknown ? 'grants-unavailable' : 'no-grant')
    }
    const { ok, rule, attributes } = admission.guest(gateway, guest, seconds)
    if (!ok) return reject('refused-by-policy', attributes, rule)
    return { kind: 'accept', method: 'mac', rule, attributes }
  }

  return (request) => {
    const mac = deviceOf(request)
    if (mac === null) return null
    const { gateway } = request.client
    if (gateway.staff !== null && gateway.staff.captive !== null) {
      const internal = captiveNetworkOf(gateway, readWlan(request.packet).ssid)
      if (internal !== null) return signedIn(internal, mac, request)
    }
    const trace = new LoginTrace('mac', mac)
    request.trace = trace
    if (gateway.guest === null) return reject('no-guest-network')
    trace.answerer = 'grant'
    const verdict = grants.until(mac)
    if (!(verdict instanceof Promise)) return answerTo(verdict, request, mac)
    const askedAt = clock()
    return verdict.then((settled) => {
      trace.answeredMs = clock() - askedAt
      return answerTo(settled, request, mac)
    })
  }
}

/**
 * The device, if this is MAC authentication: User-Name is an address, and the gateway says in one of
 * three ways that it means the device and not a person with such a name.
 */
export function deviceOf(request: RadiusRequest): Mac | null {
  const { packet } = request
  const name = readText(packet, ATTRIBUTE['User-Name'])
  const mac = name === null ? null : parseMac(name)
  if (mac === null) return null
  if (readInteger(packet, ATTRIBUTE['Service-Type']) === SERVICE_TYPE['Call-Check']) return mac
  const station = readText(packet, ATTRIBUTE['Calling-Station-Id'])
  if (station !== null && parseMac(station) === mac) return mac
  return passwordMac(request) === mac ? mac : null
}

function passwordMac({ packet, client }: RadiusRequest): Mac | null {
  const password = readUserPassword(packet, client.secret) ?? null
  const text = password === null ? null : decodeText(password)
  return text === null ? null : parseMac(text)
}
