import { createHmac } from 'node:crypto'

/** RFC 6238 with what every app knows: HMAC-SHA-1, six digits, 30 seconds. */
const STEP_MS = 30_000
const DIGITS = 6
/** The clock of a phone may be off by one step, before or after (RFC 6238 §5.2). */
const DRIFT_STEPS = 1

export const TOTP_SECRET_BYTES = 20

export function totpStep(at: number): number {
  return Math.floor(at / STEP_MS)
}

/** The code of a time step (RFC 4226 §5.3); `digits` is 8 in the RFC's own examples. */
export function totpCode(secret: Uint8Array, step: number, digits = DIGITS): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const mac = createHmac('sha1', secret).update(counter).digest()
  const offset = (mac.at(-1) ?? 0) & 0x0f
  const number = mac.readUInt32BE(offset) & 0x7fff_ffff
  return String(number % 10 ** digits).padStart(digits, '0')
}

/** The newest step around `at` whose code this is, and that comes after `lastStep`; null where there is none. */
export function matchTotp(
  secret: Uint8Array,
  code: string,
  at: number,
  lastStep: number,
): number | null {
  const now = totpStep(at)
  for (let step = now + DRIFT_STEPS; step >= now - DRIFT_STEPS; step -= 1) {
    if (step > lastStep && totpCode(secret, step) === code) return step
  }
  return null
}

/** What an app reads from the picture. */
export function otpauthUri(issuer: string, account: string, secret: Uint8Array): string {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(account)}`
  return `otpauth://totp/${label}?secret=${base32(secret)}&issuer=${encodeURIComponent(issuer)}`
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** RFC 4648 §6, without padding. */
export function base32(bytes: Uint8Array): string {
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('')
  const groups = bits.match(/.{1,5}/g) ?? []
  return groups.map((group) => BASE32[Number.parseInt(group.padEnd(5, '0'), 2)] ?? '').join('')
}
