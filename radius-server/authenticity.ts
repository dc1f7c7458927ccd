import { checkMessageAuthenticator, isAccountingAuthentic } from './authenticator.ts'
import { ATTRIBUTE } from './dictionary.ts'
import { hasAttribute } from './packet.ts'
import { silence } from './request.ts'
import type { Answer, RadiusRequest } from './request.ts'

/**
 * A request whose Message-Authenticator is wrong is dropped (RFC 3579 §3.2). One without it passes
 * only if it carries neither EAP-Message, which must have it, nor Proxy-State, with which an
 * attacker between gateway and server turns a reject into an accept (CVE-2024-3596).
 */
export function accessMessageAuthenticator({ packet, client }: RadiusRequest): Answer | null {
  const verdict = checkMessageAuthenticator(packet, client.secret)
  if (verdict === 'wrong') return silence('message-authenticator-wrong')
  const isNeeded =
    hasAttribute(packet, ATTRIBUTE['EAP-Message']) || hasAttribute(packet, ATTRIBUTE['Proxy-State'])
  return verdict === 'absent' && isNeeded ? silence('message-authenticator-missing') : null
}

/** Status-Server must have one (RFC 5997 §3). */
export function requiredMessageAuthenticator({ packet, client }: RadiusRequest): Answer | null {
  const verdict = checkMessageAuthenticator(packet, client.secret)
  if (verdict === 'right') return null
  return silence(
    verdict === 'wrong' ? 'message-authenticator-wrong' : 'message-authenticator-missing',
  )
}

export function optionalMessageAuthenticator({ packet, client }: RadiusRequest): Answer | null {
  const verdict = checkMessageAuthenticator(packet, client.secret)
  return verdict === 'wrong' ? silence('message-authenticator-wrong') : null
}

export function accountingAuthenticator({ packet, client }: RadiusRequest): Answer | null {
  return isAccountingAuthentic(packet, client.secret)
    ? null
    : silence('accounting-authenticator-wrong')
}
