import { ntHash } from '#core/nt-hash.ts'
import type { DeviceCertificates } from '../access/device-certificates.ts'
import type { StaffAccount, StaffLogin } from '../access/staff-login.ts'

export const BOB: StaffAccount = { username: 'bob', groups: [] }

/** One account, bob with the password hello. */
export function loginOfBob(changes: Partial<StaffLogin> = {}): StaffLogin {
  return {
    check: (name, password) =>
      name === 'bob' && Buffer.from(password).toString() === 'hello'
        ? { ok: true, account: BOB }
        : { ok: false, reason: 'wrong-password' },
    standing: (name) =>
      name === 'bob' ? { ok: true, account: BOB } : { ok: false, reason: 'unknown-account' },
    ntHashOf: (name) =>
      name === 'bob'
        ? { ok: true, account: BOB, ntHash: ntHash('hello') }
        : { ok: false, reason: 'unknown-account' },
    compared: () => {},
    credentialOf: () => 'c',
    hasNtHashes: () => true,
    ...changes,
  }
}

export const deviceCertificatesOfNobody: DeviceCertificates = {
  check: () => ({ ok: false, reason: 'certificate-unknown-ca' }),
}
