import { checkMessageAuthenticator, isAccountingAuthentic } from './authenticator.ts'
import { silence } from './request.ts'
import type { Answer, RadiusRequest } from './request.ts'

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
