import { addressHints } from './inner-address.ts'
import { uint16At } from './name.ts'
import { Type } from './registry.ts'
import type { Answer } from './response.ts'

/** Data of the records of one type. */
export function dataOf(answer: Answer, type: number): readonly Uint8Array[] {
  const { wire, ttls } = answer
  const found: Uint8Array[] = []
  for (const at of ttls) {
    if (uint16At(wire, at - 4) !== type) continue
    found.push(wire.subarray(at + 6, at + 6 + uint16At(wire, at + 4)))
  }
  return found
}

/** Every address that an answer leads to: A, AAAA, and the hints of SVCB and HTTPS. */
export function addressesOf(answer: Answer): readonly Uint8Array[] {
  return [
    ...dataOf(answer, Type.A),
    ...dataOf(answer, Type.AAAA),
    ...[...dataOf(answer, Type.SVCB), ...dataOf(answer, Type.HTTPS)].flatMap((data) =>
      addressHints(data, 0, data.length),
    ),
  ]
}
