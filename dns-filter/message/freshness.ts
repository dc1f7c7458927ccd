import { endOfName, uint16At, uint32At } from './name.ts'
import { HEADER } from './query.ts'
import { Rcode, Type } from './registry.ts'

/**
 * Seconds that an answer of ours may be kept (RFC 8484 section 5.1): the lowest TTL of its answers,
 * else what its SOA says of the missing name (RFC 2308 section 5), else not at all.
 */
export function freshness(answer: Uint8Array): number {
  const rcode = (answer[3] ?? 0) & 0x0f
  if (rcode !== Rcode.NoError && rcode !== Rcode.NXDomain) return 0
  if (uint16At(answer, 4) !== 1) return 0
  let at = endOfName(answer, HEADER) + 4
  const answers = uint16At(answer, 6)
  const records = answers + uint16At(answer, 8)
  let lowest = Infinity
  for (let i = 0; i < records; i++) {
    at = endOfName(answer, at)
    const end = at + 10 + uint16At(answer, at + 8)
    const ttl = uint32At(answer, at + 4)
    if (i < answers) lowest = Math.min(lowest, ttl)
    else if (answers === 0 && uint16At(answer, at) === Type.SOA) {
      lowest = Math.min(lowest, ttl, uint32At(answer, end - 4))
    }
    at = end
  }
  return lowest === Infinity ? 0 : lowest
}
