import { createDenial, denialAnswer, recordsAnswer } from './message/answer.ts'
import type { Query } from './message/query.ts'
import { Rcode, Type } from './message/registry.ts'
import type { EffectivePolicy, Reason } from './policy/effective.ts'

/** Short, so that an allow takes effect while the person still stands there. */
const BLOCKED_SECONDS = 30
const BLOCKED = createDenial(BLOCKED_SECONDS)

const ZERO_V4 = [new Uint8Array(4)]
const ZERO_V6 = [new Uint8Array(16)]

/**
 * The forged answer to a blocked name. Every type is answered alike, or a client would take the one that is
 * not (type 65); only the modes that have an address give one, to who asks for an address, and nothing to
 * anybody else. A forged answer has neither AA nor AD, and no signature: who checks sees that it is forged.
 *
 * `owner` is where in the query the name begins that the SOA of a denial hangs on (RFC 2308): the zone above
 * what is said not to exist. `hasAllowedBelow`: NXDOMAIN would deny that too (RFC 8020).
 */
export function blockedAnswer(
  query: Query,
  reason: Reason,
  page: EffectivePolicy['page'],
  owner: number,
  hasAllowedBelow: boolean,
): Uint8Array {
  const { answer, error } = reason
  const forged = answer === 'zero' ? { v4: ZERO_V4, v6: ZERO_V6 } : answer === 'page' ? page : null
  if (forged !== null) {
    const { type } = query
    // RFC 8482 section 4.1: to ANY one of the RRsets is enough.
    const isV4 = type === Type.A || (type === Type.ANY && forged.v4.length > 0)
    const isV6 = type === Type.AAAA || (type === Type.ANY && !isV4)
    const records = isV4 ? forged.v4 : isV6 ? forged.v6 : []
    if (records.length > 0) {
      return recordsAnswer(query, isV4 ? Type.A : Type.AAAA, BLOCKED_SECONDS, records, error)
    }
  }
  const rcode = answer === 'nxdomain' && !hasAllowedBelow ? Rcode.NXDomain : Rcode.NoError
  return denialAnswer(query, rcode, owner, BLOCKED, error)
}
