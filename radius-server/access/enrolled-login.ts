import { createHash, timingSafeEqual } from 'node:crypto'
import type { Clock } from '#core/clock.ts'
import { parseLoginName } from '#core/ldap/login-name.ts'
import { DEVICE_NAME_PREFIX } from '#db/device-names.ts'
import type { EnrolledDevice, EnrolledDevices } from '#db/enrolled-devices.ts'
import type { LoginTrace } from '../login-trace.ts'
import type { LoginRefusal, LoginVerdict, StaffLogins } from './staff-login.ts'

/** Devices of staff with a credential of their own: a certificate of the house, or a password. */
export interface EnrolledLogin {
  /** Of a certificate that the house has signed, by its number. */
  byCertificate(serial: string, trace?: LoginTrace): EnrolledVerdict | Promise<EnrolledVerdict>
  /** The same logins, where the name of a device stands for its owner. */
  readonly logins: StaffLogins
}

export type EnrolledVerdict =
  | LoginVerdict
  | { readonly ok: false; readonly reason: 'certificate-revoked' }

export interface EnrolledLoginDeps {
  readonly devices: EnrolledDevices
  readonly people: StaffLogins
  /** Whether a directory answers for the realm of a name: then it has the last word. */
  readonly hasDirectory: (realm: string) => boolean
  readonly seen: (id: string) => void
  readonly clock: Clock
}

/**
 * A device goes as far as its owner: whoever has left takes all of theirs along. No slow hash and no
 * counting of failures for its password: nobody guesses 128 random bits.
 */
export function createEnrolledLogin(deps: EnrolledLoginDeps): EnrolledLogin {
  const { devices, people, hasDirectory, seen, clock } = deps

  function admitted(device: EnrolledDevice, verdict: LoginVerdict): LoginVerdict {
    const { account, groups, kind } = device
    if (verdict.ok) {
      seen(device.id)
      return { ok: true, account: { ...verdict.account, device: kind } }
    }
    // Only the identity provider knows this person, and it is not asked here: what it said at enrolment holds.
    const isOfProvider = device.how === 'oidc' && !hasDirectory(parseLoginName(account).realm)
    if (verdict.reason !== 'unknown-account' || !isOfProvider) return verdict
    seen(device.id)
    return { ok: true, account: { username: account, groups, device: kind } }
  }

  function ownerOf(
    device: EnrolledDevice,
    trace: LoginTrace | undefined,
  ): LoginVerdict | Promise<LoginVerdict> {
    const verdict = people.standing(device.account, trace)
    return verdict instanceof Promise
      ? verdict.then((found) => admitted(device, found))
      : admitted(device, verdict)
  }

  /** Undefined: it is no name of a device. */
  function named(username: string | null): EnrolledDevice | LoginRefusal | undefined {
    if (username === null || !isDeviceName(username)) return undefined
    const { user } = parseLoginName(username.toLowerCase())
    const device = devices.byId(user.slice(DEVICE_NAME_PREFIX.length))
    if (device === undefined || device.secret === null) return 'unknown-account'
    return device.isRevoked || device.endsAt <= clock() ? 'device-ended' : device
  }

  function checked(
    device: EnrolledDevice,
    password: Uint8Array,
    trace: LoginTrace | undefined,
  ): LoginVerdict | Promise<LoginVerdict> {
    if (password.length === 0) return { ok: false, reason: 'empty-password' }
    const shown = createHash('sha256').update(password).digest()
    if (device.secret === null || !timingSafeEqual(shown, device.secret)) {
      return { ok: false, reason: 'wrong-password' }
    }
    return ownerOf(device, trace)
  }

  const check: StaffLogins['check'] = (username, password, origin, trace) => {
    const device = named(username)
    if (device === undefined) return people.check(username, password, origin, trace)
    if (typeof device === 'string') return { ok: false, reason: device }
    return checked(device, password, trace)
  }
  const standing: StaffLogins['standing'] = (username, trace) => {
    const device = named(username)
    if (device === undefined) return people.standing(username, trace)
    return typeof device === 'string' ? { ok: false, reason: device } : ownerOf(device, trace)
  }
  const credentialOf: StaffLogins['credentialOf'] = (username) => {
    const device = named(username)
    if (device === undefined) return people.credentialOf(username)
    if (typeof device === 'string' || device.secret === null) return ''
    return Buffer.from(device.secret).toString('base64url')
  }

  return {
    byCertificate(serial, trace) {
      const device = devices.bySerial(serial)
      // What the house has signed and does not know any more is as good as revoked.
      if (device === undefined || device.isRevoked) {
        return { ok: false, reason: 'certificate-revoked' }
      }
      if (trace !== undefined) {
        trace.claimed = device.account
        trace.isKnown = true
      }
      return ownerOf(device, trace)
    },
    logins: {
      check,
      standing,
      credentialOf,
      from(origin) {
        const login = people.from(origin)
        return {
          ...login,
          check: (username, password, trace) => check(username, password, origin, trace),
          standing,
          credentialOf,
          ntHashOf: (username, trace) =>
            named(username) === undefined
              ? login.ntHashOf(username, trace)
              : { ok: false, reason: 'no-nt-hash' },
        }
      },
    },
  }
}

function isDeviceName(username: string): boolean {
  const start = username.slice(0, DEVICE_NAME_PREFIX.length)
  return start.toLowerCase() === DEVICE_NAME_PREFIX
}
