import type { NetworkKind } from '#db/sites.ts'
import type { Attribute } from '../attributes.ts'
import { networkOfClass } from '../class.ts'
import { ATTRIBUTE } from '../dictionary.ts'
import type { Answer, RadiusRequest, SilenceReason } from '../request.ts'

/** An answer that somebody may ask about later. */
export type TracedAnswer = Extract<Answer, { kind: 'accept' | 'reject' | 'silence' }>

/** Silence that a person notices. The others are about packets, and have their counters. */
export const NOTICED_SILENCE = [
  'passwords-overloaded',
  'grants-overloaded',
  'device-keys-overloaded',
  'home-server-overloaded',
  'home-server-given-up',
  'hand-over-failed',
  'over-limit',
  'reply-too-long',
  'message-authenticator-missing',
  'message-authenticator-wrong',
  'proxy-state-unsigned',
  'accounting-authenticator-wrong',
] as const satisfies readonly SilenceReason[]

const NOTICED: ReadonlySet<SilenceReason> = new Set(NOTICED_SILENCE)

/** Who sent it is not proved: nothing in the packet may be written down. */
const UNPROVEN: ReadonlySet<SilenceReason> = new Set<SilenceReason>([
  'message-authenticator-missing',
  'message-authenticator-wrong',
  'proxy-state-unsigned',
  'accounting-authenticator-wrong',
])

export function isTraced(answer: Answer): answer is TracedAnswer {
  if (answer.kind === 'accept' || answer.kind === 'reject') return true
  return answer.kind === 'silence' && NOTICED.has(answer.reason)
}

/**
 * Whether it is told of the gateway alone, and of no device: who sent it is not proved, or it was dropped
 * because there is too much of it, whatever it was.
 */
export function isOfGateway({ trace }: RadiusRequest, answer: TracedAnswer): boolean {
  if (answer.kind !== 'silence') return false
  return UNPROVEN.has(answer.reason) || (answer.reason === 'over-limit' && trace === null)
}

/** The value of an attribute of the answer; null if it has none. */
export function givenValue(answer: TracedAnswer, type: number): Uint8Array | null {
  return answer.kind === 'accept' ? valueIn(answer.attributes, type) : null
}

function valueIn(attributes: readonly Attribute[], type: number): Uint8Array | null {
  for (const attribute of attributes) if (attribute.type === type) return attribute.value
  return null
}

/** The VLAN's name or number (RFC 3580 §3.31), without the tag that may stand in front. */
export function vlanIn(value: Uint8Array | null): string | null {
  if (value === null) return null
  const [tag = 0] = value
  return Buffer.from(tag <= 0x1f ? value.subarray(1) : value).toString('utf8')
}

export function secondsIn(value: Uint8Array | null): number | null {
  if (value?.length !== 4) return null
  const [first = 0, second = 0, third = 0, fourth = 0] = value
  return first * 0x100_0000 + ((second << 16) | (third << 8) | fourth)
}

/** Which network the answer lets into, by our Class. */
export function networkIn(answer: TracedAnswer): NetworkKind | null {
  const value = givenValue(answer, ATTRIBUTE.Class)
  return value === null ? null : networkOfClass(value)
}
