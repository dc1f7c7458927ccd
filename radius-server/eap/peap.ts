import type { StaffLogin } from '../access/staff-login.ts'
import type { RejectReason } from '../request.ts'
import { EAP_CODE, EAP_TYPE } from './eap-packet.ts'
import { IDENTITY_REQUEST, createInnerEap } from './inner-eap.ts'
import type { InnerAnswer } from './inner-eap.ts'
import type { Phase2, ResumedLogin, Say } from './tls-method.ts'

const HEADER_BYTES = 4
/** Result TLV: mandatory, type 3, two octets ([MS-PEAP] §2.2.8.1.2). */
const RESULT_TLV = Buffer.of(0x80, 0x03, 0x00, 0x02)
const RESULT = { success: 1, failure: 2 } as const

/**
 * Inside PEAP version 0 an EAP packet is only its type and data, without code, identifier and
 * length; but the one that says how it ended has them all ([MS-PEAP] §1.3.1, §2.2.8).
 */
export function createPeapPhase2(login: StaffLogin, resumed: ResumedLogin | null): Phase2 {
  let inner = createInnerEap(login)
  let identifier = 0
  let end: Extract<Say, { kind: 'success' | 'failure' }> | null = null
  let mayBeginAnew = resumed !== null

  /** The peer confirms the result before the Accept: it is protected against a forged EAP-Success. */
  function conclude(result: Extract<Say, { kind: 'success' | 'failure' }>): Say {
    end = result
    identifier = (identifier + 1) & 0xff
    return { kind: 'say', plain: resultRequest(identifier, result.kind) }
  }

  function sayOf(answer: InnerAnswer): Say {
    switch (answer.kind) {
      case 'ask':
        return { kind: 'say', plain: Buffer.concat([Buffer.of(answer.type), answer.data]) }
      case 'success': {
        const method = answer.inner === 'gtc' ? 'peap-gtc' : 'peap-mschapv2'
        const { account, loginName } = answer
        return conclude({ kind: 'success', account, method, loginName })
      }
      case 'failure':
        return conclude(answer)
      case 'overloaded':
        return answer
    }
  }

  function hearResult(plain: Uint8Array): Say {
    const result = readResult(plain)
    if (end === null || result === null) return { kind: 'failure', reason: 'eap-inner-method' }
    if (end.kind === 'failure' || result === RESULT.success) return end
    if (!mayBeginAnew) return { kind: 'failure', reason: 'eap-inner-method' }
    // A peer that will not be let in by an old session can still say who it is.
    mayBeginAnew = false
    end = null
    inner = createInnerEap(login)
    return sayOf(IDENTITY_REQUEST)
  }

  return {
    greet: () => Promise.resolve({ kind: 'listen' }),
    async turn() {
      if (end !== null) return { kind: 'failure', reason: 'eap-inner-method' }
      if (resumed === null) return sayOf(IDENTITY_REQUEST)
      const found = await login.standing(resumed.username)
      if (found.ok) {
        const { method, username } = resumed
        return conclude({ kind: 'success', account: found.account, method, loginName: username })
      }
      return found.reason === 'overloaded'
        ? { kind: 'overloaded' }
        : conclude(refusal(found.reason))
    },
    async hear(plain) {
      const packet = readInnerPacket(plain)
      if (packet === null) return { kind: 'failure', reason: 'eap-inner-method' }
      if (packet.type === EAP_TYPE.Extensions) return hearResult(packet.data)
      if (end !== null) return { kind: 'failure', reason: 'eap-inner-method' }
      return sayOf(await inner.respond(packet.type, packet.data))
    },
  }
}

function refusal(reason: RejectReason): Extract<Say, { kind: 'failure' }> {
  return { kind: 'failure', reason }
}

function resultRequest(identifier: number, kind: 'success' | 'failure'): Uint8Array {
  const tlv = Buffer.concat([RESULT_TLV, Buffer.of(0, RESULT[kind])])
  const length = HEADER_BYTES + 1 + tlv.length
  const header = Buffer.of(EAP_CODE.Request, identifier, 0, length, EAP_TYPE.Extensions)
  return Buffer.concat([header, tlv])
}

interface InnerPacket {
  readonly type: number
  readonly data: Uint8Array
}

/** Some peers keep the header where they should not, so it is taken off where it fits exactly. */
function readInnerPacket(plain: Uint8Array): InnerPacket | null {
  const [code, , high = 0, low = 0, innerType] = plain
  const hasHeader =
    code === EAP_CODE.Response && innerType !== undefined && ((high << 8) | low) === plain.length
  if (hasHeader) return { type: innerType, data: plain.subarray(HEADER_BYTES + 1) }
  return code === undefined ? null : { type: code, data: plain.subarray(1) }
}

const TLV_LIMIT = 8

/** The status in the Result TLV, among a few others; null if there is none. */
function readResult(data: Uint8Array): number | null {
  for (let at = 0, count = 0; at + 4 <= data.length && count < TLV_LIMIT; count += 1) {
    const type = (((data[at] ?? 0) & 0x3f) << 8) | (data[at + 1] ?? 0)
    const length = ((data[at + 2] ?? 0) << 8) | (data[at + 3] ?? 0)
    if (type === 3 && length === 2 && at + 6 <= data.length) {
      return ((data[at + 4] ?? 0) << 8) | (data[at + 5] ?? 0)
    }
    at += 4 + length
  }
  return null
}
