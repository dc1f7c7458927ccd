import type { PasswordAttempt } from '../access/password-attempt.ts'
import { createKnownDevices } from '../access/known-devices.ts'
import type { KnownDevices } from '../access/known-devices.ts'
import type { LoginOrigin } from '../access/login-origin.ts'

/** For tests in which nobody fails too often. */
export const FREE_ATTEMPT: PasswordAttempt = { begin: () => null, end: () => {} }

export function origin(device = 'a device'): LoginOrigin {
  return { device, mayCost: () => true }
}

/** Of a process that is alone, and of which nothing is kept. */
export function knownAlone(clock: () => number = () => 0): KnownDevices {
  return createKnownDevices({
    digest: (account, device) => ({ account: Buffer.from(account), device: Buffer.from(device) }),
    save: () => Promise.resolve(),
    load: () => Promise.resolve([]),
    clock,
  })
}
