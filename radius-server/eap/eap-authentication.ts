import { randomInt } from 'node:crypto'
import type { Network } from '#db/sites.ts'
import { conversationOrigin, deviceOf } from '../access/login-origin.ts'
import { decodeText, readInteger, readText, splitAttributes } from '../attributes.ts'
import { ATTRIBUTE } from '../dictionary.ts'
import type { OverLimit } from '../limits/over-limit.ts'
import { firstAttribute, hasAttribute, joinedAttributes } from '../packet.ts'
import { LoginTrace } from '../login-trace.ts'
import type { OuterMethod } from '../login-trace.ts'
import type { Admission } from '../policy/admission.ts'
import { reject, silence } from '../request.ts'
import type { Answer, RadiusRequest, RejectReason, Step } from '../request.ts'
import { CONVERSATION_LIMITS } from './conversations.ts'
import type { Conversation, Conversations } from './conversations.ts'
import type { EapMethod, EapMethods } from './eap-method.ts'
import { EAP_CODE, EAP_TYPE, eapRequest, eapResult, parseEapResponse } from './eap-packet.ts'
import type { EapResponse } from './eap-packet.ts'
import { mskAttributes } from '../mppe-keys.ts'
import { fragmentBytes } from './tls-fragments.ts'

const NOTHING = new Uint8Array(0)
const OVER_LIMIT = silence('over-limit')

const OUTER_METHODS: Readonly<Record<number, OuterMethod>> = {
  [EAP_TYPE.TLS]: 'eap-tls',
  [EAP_TYPE.TTLS]: 'ttls',
  [EAP_TYPE.PEAP]: 'peap',
}

/** 802.1X: EAP inside RADIUS (RFC 3579). `onResumed` hears of each login that needed no password. */
export function createEapAuthentication(
  conversations: Conversations,
  methods: EapMethods,
  admission: Admission,
  limits: Pick<OverLimit, 'mayLogIn'>,
  onResumed: () => void,
): Step {
  /** Null: over a limit, before the handshake that would cost something. */
  function open(
    request: RadiusRequest,
    identifier: number,
    identity: Uint8Array | null,
  ): Conversation | null {
    const trace = new LoginTrace('eap', identity === null ? null : decodeText(identity))
    request.trace = trace
    if (!limits.mayLogIn(request)) return null
    return conversations.open({
      trace,
      gateway: request.client.gateway.name,
      station: readText(request.packet, ATTRIBUTE['Calling-Station-Id']),
      origin: conversationOrigin(deviceOf(request)),
      identifier,
    })
  }

  function challenge(conversation: Conversation, type: number, data: Uint8Array): Answer {
    const eap = eapRequest(conversation.identifier, type, data)
    return {
      kind: 'challenge',
      attributes: [
        ...splitAttributes(ATTRIBUTE['EAP-Message'], eap),
        { type: ATTRIBUTE.State, value: conversation.state },
      ],
    }
  }

  function propose(conversation: Conversation, response: EapResponse, type: number): Answer {
    conversation.method?.close()
    const { claimed } = conversation.trace
    conversation.trace = new LoginTrace(OUTER_METHODS[type] ?? 'eap', claimed)
    const method = methods.create(type, conversation.origin, conversation.trace)
    conversation.method = method
    conversation.identifier = (response.identifier + 1) & 0xff
    return challenge(conversation, type, method.start)
  }

  function proposeFirst(conversation: Conversation, response: EapResponse): Answer {
    const [first = EAP_TYPE.TTLS] = methods.types
    return propose(conversation, response, first)
  }

  /** It lists what it would take instead, its favourite first (RFC 3748 §5.3.1). */
  function renegotiate(
    conversation: Conversation,
    refused: EapMethod,
    response: EapResponse,
  ): Answer {
    conversation.refused.add(refused.type)
    const { types } = methods
    const wish = response.data.find(
      (type) => types.includes(type) && !conversation.refused.has(type),
    )
    return wish === undefined
      ? refuse(conversation, response, 'eap-method-refused')
      : propose(conversation, response, wish)
  }

  function refuse(conversation: Conversation, response: EapResponse, reason: RejectReason): Answer {
    conversations.close(conversation)
    return failure(response, reason)
  }

  async function followMethod(
    conversation: Conversation,
    method: EapMethod,
    request: RadiusRequest,
    response: EapResponse,
    staff: Network,
  ): Promise<Answer> {
    const size = fragmentBytes(readInteger(request.packet, ATTRIBUTE['Framed-MTU']))
    conversation.isBusy = true
    conversation.hasBegun = true
    const outcome = await method.respond(response.data, size).finally(() => {
      conversation.isBusy = false
    })
    // A newer conversation of the same device has taken its place meanwhile.
    if (conversation.isClosed) return silence('eap-not-awaited')
    switch (outcome.kind) {
      case 'overloaded':
        return silence('passwords-overloaded')
      case 'failure':
        return refuse(conversation, response, outcome.reason)
      case 'request':
        conversation.identifier = (response.identifier + 1) & 0xff
        return challenge(conversation, method.type, outcome.data)
      case 'success': {
        conversations.close(conversation)
        const { account, method: used } = outcome
        const admitted = admission.staff(request.client.gateway, staff, account, used)
        const { rule } = admitted
        if (!admitted.ok) return failure(response, 'refused-by-policy', rule)
        if (outcome.isResumed) onResumed()
        return {
          kind: 'accept',
          method: used,
          rule,
          attributes: [
            eapMessage(EAP_CODE.Success, response),
            ...mskAttributes(outcome.keys, request.packet.authenticator, request.client.secret),
            ...admitted.attributes,
          ],
        }
      }
    }
  }

  function follow(
    conversation: Conversation,
    request: RadiusRequest,
    response: EapResponse,
    staff: Network,
  ): Answer | Promise<Answer> {
    // A retransmission by the peer, or two packets at once: only what was asked is answered.
    if (conversation.isBusy || response.identifier !== conversation.identifier) {
      return silence('eap-not-awaited')
    }
    conversation.rounds += 1
    conversation.trace.rounds = conversation.rounds
    request.trace = conversation.trace
    if (conversation.rounds > CONVERSATION_LIMITS.rounds) {
      return refuse(conversation, response, 'eap-too-many-rounds')
    }
    const { method } = conversation
    if (method === null) {
      if (response.type !== EAP_TYPE.Identity) return refuse(conversation, response, 'eap-protocol')
      conversation.trace.claimed = decodeText(response.data)
      return proposeFirst(conversation, response)
    }
    if (response.type === EAP_TYPE.Nak && !conversation.hasBegun) {
      return renegotiate(conversation, method, response)
    }
    return response.type === method.type
      ? followMethod(conversation, method, request, response, staff)
      : refuse(conversation, response, 'eap-protocol')
  }

  return (request) => {
    const { packet, client } = request
    if (!hasAttribute(packet, ATTRIBUTE['EAP-Message'])) return null
    request.trace = new LoginTrace('eap', readText(packet, ATTRIBUTE['User-Name']))
    const { staff, name } = client.gateway
    const message = joinedAttributes(packet, ATTRIBUTE['EAP-Message'])
    if (message.length === 0) {
      // EAP-Start (RFC 3579 §2.1): the gateway leaves it to us to ask who is there.
      if (staff === null) return reject('no-staff-network')
      const opened = open(request, randomInt(256), null)
      return opened === null ? OVER_LIMIT : challenge(opened, EAP_TYPE.Identity, NOTHING)
    }
    const response = parseEapResponse(message)
    if (response === null) return silence('eap-malformed')
    if (staff === null) return failure(response, 'no-staff-network')

    const state = firstAttribute(packet, ATTRIBUTE.State)
    if (state === null) {
      if (response.type !== EAP_TYPE.Identity) return failure(response, 'eap-unknown-state')
      const opened = open(request, 0, response.data)
      return opened === null ? OVER_LIMIT : proposeFirst(opened, response)
    }
    const conversation = conversations.find(state, name)
    return conversation === undefined
      ? failure(response, 'eap-unknown-state')
      : follow(conversation, request, response, staff)
  }
}

function failure(response: EapResponse, reason: RejectReason, rule: string | null = null): Answer {
  return reject(reason, [eapMessage(EAP_CODE.Failure, response)], rule)
}

function eapMessage(
  code: typeof EAP_CODE.Success | typeof EAP_CODE.Failure,
  response: EapResponse,
): { type: number; value: Uint8Array } {
  return { type: ATTRIBUTE['EAP-Message'], value: eapResult(code, response.identifier) }
}
