import type { Counter } from '#core/metrics.ts'
import { ATTRIBUTE } from '../dictionary.ts'
import { firstAttribute, hasAttribute } from '../packet.ts'
import { silence } from '../request.ts'
import type { Answer, RadiusRequest, Step } from '../request.ts'
import { ownerOf } from './owner.ts'
import type { HandOver, Siblings } from './siblings.ts'

export const HAND_OVER_OUTCOMES = [
  'answered',
  'unanswered',
  'no-owner',
  'too-many',
  'late',
] as const
export type HandOverOutcome = (typeof HAND_OVER_OUTCOMES)[number]

/**
 * The kernel spreads the packets of a gateway over the processes by its source port, and some gateways
 * take another one for each packet. A packet of a conversation that another process has is that one's
 * to answer; the reply goes back through this one, which has the socket that was asked.
 */
export function createHandOver(deps: {
  readonly own: string
  readonly ask: Siblings['ask']
  readonly outcomes: Readonly<Record<HandOverOutcome, Counter>>
}): Step {
  function answerTo(outcome: HandOver): Answer | null {
    if (outcome.kind === 'answered') {
      deps.outcomes[outcome.reply === null ? 'unanswered' : 'answered'].inc()
      return { kind: 'answered-elsewhere', bytes: outcome.reply }
    }
    deps.outcomes[outcome.kind].inc()
    // Nobody knows it any more: what follows says so to the gateway, and the device begins anew.
    return outcome.kind === 'no-owner' ? null : silence('hand-over-failed')
  }

  return (request) => {
    const { packet } = request
    const state = firstAttribute(packet, ATTRIBUTE.State)
    const owner = state === null ? null : ownerOf(state)
    if (owner === null || owner === deps.own) return null
    if (!hasAttribute(packet, ATTRIBUTE['EAP-Message'])) return null
    return deps.ask(owner, questionOf(request)).then(answerTo)
  }
}

function questionOf({ client, packet, source, service }: RadiusRequest): {
  source: RadiusRequest['source']
  proved: { name: string; isSecretUsed: boolean } | null
  packet: Uint8Array
} {
  const proved =
    service === 'radsec' ? { name: client.gateway.name, isSecretUsed: client.secret.isUsed } : null
  return { source, proved, packet: packet.bytes }
}
