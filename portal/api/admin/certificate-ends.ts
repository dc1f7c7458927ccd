import { X509Certificate } from 'node:crypto'
import type { AdminGeneration } from '#db/admin/devices.ts'

/** When what the house trusts and shows comes to its end. */
export interface CertificateEnd {
  readonly what: 'root' | 'issuing' | 'server'
  /** Its subject, as its certificate has it. */
  readonly name: string
  readonly endsAt: Date
  /** Days that are left, rounded down; below zero: it has ended. */
  readonly days: number
}

export type RotationState = 'serving' | 'next' | 'former' | 'waits-for-signature'

const DAY_MS = 86_400_000

/** Of a chain the first is meant; null where it cannot be read. */
export function certificateEnd(
  what: CertificateEnd['what'],
  pem: string,
  now: number,
): CertificateEnd | null {
  try {
    const { subject, validToDate } = new X509Certificate(pem)
    const days = Math.floor((validToDate.getTime() - now) / DAY_MS)
    return { what, name: subject.replaceAll('\n', ', '), endsAt: validToDate, days }
  } catch {
    return null
  }
}

/** Which of the generations the server shows a certificate of, and what the others are to it. */
export function rotationStates(
  generations: readonly AdminGeneration[],
  now: number,
): ReadonlyMap<number, RotationState> {
  const whole = generations.filter(({ serverFrom }) => serverFrom !== null)
  const serving =
    whole.findLast(({ serverFrom }) => (serverFrom?.getTime() ?? Infinity) <= now) ?? whole[0]
  return new Map(
    generations.map(({ generation, serverFrom }) => {
      if (serverFrom === null) return [generation, 'waits-for-signature']
      if (generation === serving?.generation) return [generation, 'serving']
      return [generation, generation > (serving?.generation ?? 0) ? 'next' : 'former']
    }),
  )
}
