import type { Clock } from '#core/clock.ts'
import type { Log } from '#core/log.ts'
import { createLogLimit } from '#core/log-limit.ts'
import { checkMessageAuthenticator } from '../authenticator.ts'
import { ATTRIBUTE } from '../dictionary.ts'
import { hasAttribute } from '../packet.ts'
import { silence } from '../request.ts'
import type { Answer, RadiusRequest, SilenceReason, Step } from '../request.ts'
import { SIGNED_IN_A_ROW } from './gateway-watch.ts'

export interface AccessAuthenticityDeps {
  /** A gateway was learned to sign: it is to be written down now. */
  readonly onLearned: () => void
  readonly log: Log
  readonly clock: Clock
}

/**
 * The Message-Authenticator of an Access-Request. A wrong one is dropped (RFC 3579 §3.2), and EAP must
 * have one whatever the rule (§3.1). What else lacks it passes by the gateway's rule only: an attacker
 * between gateway and server could have made the request, and with a Proxy-State in it turns a reject
 * into an accept (CVE-2024-3596). TLS has proved as much.
 */
export function createAccessAuthenticity(deps: AccessAuthenticityDeps): Step {
  const { onLearned, log } = deps
  const mayLog = createLogLimit(deps.clock)

  function refuse(
    { client, source }: RadiusRequest,
    reason: SilenceReason,
    because: 'declared' | 'learned' | 'proxy-state',
  ): Answer {
    const { watch, gateway } = client
    watch.refuse()
    const heldBack = mayLog()
    if (heldBack !== null) {
      log.warn('radius.gateway.unsigned', {
        gateway: gateway.name,
        address: source.address.text,
        because,
        heldBack,
      })
    }
    return silence(reason)
  }

  function learn({ client, packet, receivedAt }: RadiusRequest): void {
    // EAP is always signed: it says nothing of what the gateway does with the rest.
    if (hasAttribute(packet, ATTRIBUTE['EAP-Message']) || !client.watch.learn(receivedAt)) return
    log.info('radius.gateway.signs', { gateway: client.gateway.name, requests: SIGNED_IN_A_ROW })
    onLearned()
  }

  function judgeUnsigned(request: RadiusRequest): Answer | null {
    const { client, packet, receivedAt } = request
    if (hasAttribute(packet, ATTRIBUTE['EAP-Message'])) {
      return silence('message-authenticator-missing')
    }
    if (client.transport === 'radsec') return null
    const { watch } = client
    const rule = client.gateway.messageAuthenticator
    const isProxied = hasAttribute(packet, ATTRIBUTE['Proxy-State'])
    watch.sawUnsigned(receivedAt, isProxied)
    if (rule === 'required') return refuse(request, 'message-authenticator-missing', 'declared')
    if (rule === 'auto' && watch.isEnforced) {
      return refuse(request, 'message-authenticator-missing', 'learned')
    }
    return isProxied && rule !== 'trusted'
      ? refuse(request, 'proxy-state-unsigned', 'proxy-state')
      : null
  }

  return (request) => {
    const { client, packet } = request
    const verdict = checkMessageAuthenticator(packet, client.secret)
    if (verdict === 'wrong') return silence('message-authenticator-wrong')
    if (verdict === 'absent') return judgeUnsigned(request)
    client.watch.sawSigned(request.receivedAt)
    const isLearning = client.gateway.messageAuthenticator === 'auto' && !client.watch.isEnforced
    if (isLearning && client.transport === 'udp') learn(request)
    return null
  }
}
