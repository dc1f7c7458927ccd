import type { PasswordAttempt } from '../access/password-attempt.ts'
import type { LoginOrigin } from '../access/login-origin.ts'

/** For tests in which nobody fails too often. */
export const FREE_ATTEMPT: PasswordAttempt = { begin: () => null, end: () => {} }

export function origin(device = 'a device'): LoginOrigin {
  return { device, mayCost: () => true }
}
