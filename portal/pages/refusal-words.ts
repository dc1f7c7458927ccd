import type { RefusalReason } from '../refusal.ts'
import type { Text } from '../text/fr.ts'

/** What a person needs to know of each reason: staff go by the code beside it. */
const TOLD_AS: Readonly<Record<RefusalReason, keyof Text['refusals']>> = {
  malformed: 'address',
  'bad-signature': 'address',
  'too-large': 'address',
  'unknown-gateway': 'gateway',
  'wrong-kind': 'gateway',
  'unsupported-level': 'gateway',
  'clock-ahead': 'gateway',
  'device-not-seen': 'unseen',
  'gateway-unreachable': 'notOpened',
  'gateway-refused': 'notOpened',
  'gateway-silent': 'notOpened',
  'link-expired': 'expired',
  'ticket-expired': 'expired',
  'bad-ticket': 'expired',
  'no-guest-network': 'closed',
  'no-terms': 'closed',
  'too-many': 'busy',
}

export function refusalWords(
  text: Text,
  reason: RefusalReason,
): { readonly title: string; readonly why: string } {
  return text.refusals[TOLD_AS[reason]]
}
