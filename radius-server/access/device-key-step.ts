import type { Clock } from '#core/clock.ts'
import type { Mac } from '#core/mac.ts'
import type { DeviceKey } from '#db/device-keys.ts'
import { LoginTrace } from '../login-trace.ts'
import type { Admission } from '../policy/admission.ts'
import { reject, silence } from '../request.ts'
import type { Answer, RadiusRequest, Step } from '../request.ts'
import { SESSION_MOST_SECONDS } from './accept.ts'
import type { DeviceBinder } from './device-binder.ts'
import { deviceKeyAttributes, mostOffered } from './device-key-attributes.ts'
import type { DeviceKeySearch } from './device-key-search.ts'
import type { DeviceKeyTable } from './device-key-table.ts'
import { readHandshake, showsKey } from './handshake.ts'
import type { Handshake } from './handshake.ts'
import { deviceOf } from './mac-authentication.ts'
import type { StaffAccount } from './staff-login.ts'
import { readWlan } from './wlan.ts'

export interface DeviceKeyDeps {
  readonly table: DeviceKeyTable
  readonly search: DeviceKeySearch
  readonly binder: DeviceBinder
  readonly admission: Admission
  readonly clock: Clock
}

/**
 * A thing without 802.1X is let in by a pre-shared key of its own. The access point asks by the device's
 * address, and is told the key that it must have; or it shows what the device said in the handshake,
 * and is told which key that was.
 */
export function createDeviceKeyStep(deps: DeviceKeyDeps): Step {
  const { table, search, binder, admission, clock } = deps
  /** What is asked of the policies again and again is the same object as long as the key is. */
  const holders = new WeakMap<DeviceKey, StaffAccount>()

  function holderOf(key: DeviceKey, isAlone: boolean): StaffAccount {
    const known = isAlone ? holders.get(key) : undefined
    if (known !== undefined) return known
    const { name, owner, groups, kind } = key
    const holder = { username: owner, groups, device: kind }
    if (!isAlone) return holder
    const alone = { ...holder, deviceKey: name }
    holders.set(key, alone)
    return alone
  }

  function accept(keys: readonly DeviceKey[], request: RadiusRequest, trace: LoginTrace): Answer {
    const { packet, client } = request
    const { gateway } = client
    const [key] = keys
    if (gateway.staff === null) return reject('no-staff-network')
    if (key === undefined) return reject('device-key-unknown')
    trace.account = key.owner
    trace.answerer = 'device-key'
    // Of several it is not known which one.
    if (keys.length === 1) trace.directory = key.name
    const ends = Math.min(...keys.map(({ until }) => until ?? Infinity))
    const seconds = Math.min(SESSION_MOST_SECONDS, Math.floor((ends - clock()) / 1000))
    const admitted = admission.staff(
      gateway,
      gateway.staff,
      holderOf(key, keys.length === 1),
      'device-key',
      Math.max(1, seconds),
    )
    const { rule } = admitted
    if (!admitted.ok) return reject('refused-by-policy', admitted.attributes, rule)
    const secrets = deviceKeyAttributes(gateway.vendor, keys, packet, client.secret)
    return {
      kind: 'accept',
      method: 'device-key',
      rule,
      attributes: [...admitted.attributes, ...secrets],
    }
  }

  function byAddress(
    mac: Mac,
    ssid: string | null,
    request: RadiusRequest,
    trace: LoginTrace,
  ): Answer | null {
    const { gateway } = request.client
    if (ssid !== null && !table.hasNetwork(gateway, ssid)) return null
    const key = table.ofDevice(gateway, ssid, mac)
    if (key !== undefined) return accept([key], request, trace)
    if (ssid === null) return null
    const keys = table.candidates(gateway, ssid)
    if (keys.length === 0) return reject('device-key-unknown')
    if (keys.length > mostOffered(gateway.vendor) || !isOneHolder(keys)) {
      return reject('device-key-ambiguous')
    }
    return accept(keys, request, trace)
  }

  function byHandshake(
    mac: Mac,
    ssid: string | null,
    handshake: Handshake,
    request: RadiusRequest,
    trace: LoginTrace,
  ): Answer | Promise<Answer> {
    const { gateway } = request.client
    if (ssid === null) return reject('device-key-handshake')
    const own = table.ofDevice(gateway, ssid, mac)
    if (own !== undefined && showsKey(handshake, own.pmk)) return accept([own], request, trace)
    // A device that was declared with one key has no other.
    if (own !== undefined && own.mac !== null) return reject('device-key-wrong')
    const askedAt = clock()
    const searched = search.find(table.candidates(gateway, ssid), handshake, mac)
    if (searched === 'overloaded') return silence('device-keys-overloaded')
    return searched.then((key) => {
      trace.answeredMs = clock() - askedAt
      if (key === null) return reject('device-key-wrong')
      binder.bind(key, mac)
      return accept([key], request, trace)
    })
  }

  return (request) => {
    if (!table.isUsed(request.client.gateway)) return null
    const mac = deviceOf(request)
    if (mac === null) return null
    const trace = new LoginTrace('device-key', mac)
    request.trace = trace
    const { ssid, bssid } = readWlan(request.packet)
    const handshake = readHandshake(request.packet, mac, bssid)
    if (handshake === null) return byAddress(mac, ssid, request, trace)
    if (handshake === 'unreadable') return reject('device-key-handshake')
    return byHandshake(mac, ssid, handshake, request, trace)
  }
}

/** Which of the keys it was the access point does not say: the log and what is granted must be the same. */
function isOneHolder([first, ...others]: readonly DeviceKey[]): boolean {
  const about = ({ owner, kind, groups }: DeviceKey): string =>
    JSON.stringify([owner, kind, groups])
  return first !== undefined && others.every((key) => about(key) === about(first))
}
