import type { Network } from '#db/sites.ts'
import { integerAttribute, textAttribute, vlanAttributes } from '../attributes.ts'
import type { Attribute } from '../attributes.ts'
import { guestClass, staffClass } from '../class.ts'
import { ATTRIBUTE } from '../dictionary.ts'
import type { StaffAccount } from './staff-login.ts'

/** RFC 2869 §5.16 wants no less than 600: 93,000 devices are then 155 records a second. */
const ACCT_INTERIM_SECONDS = 600

/** A grant is looked at again at least once a day, whatever it says. */
const SESSION_MOST_SECONDS = 86_400

const GUEST_CLASS = guestClass()
const INTERIM = integerAttribute(ATTRIBUTE['Acct-Interim-Interval'], ACCT_INTERIM_SECONDS)

/** The last answer of each account: one who roams gets the same again, and a changed one is another object. */
const staffAnswers = new WeakMap<
  StaffAccount,
  { readonly vlan: number | null; readonly attributes: readonly Attribute[] }
>()

/** User-Name is the account itself: gateways put it in accounting instead of the outer identity. */
export function staffAttributes({ vlan }: Network, account: StaffAccount): readonly Attribute[] {
  const before = staffAnswers.get(account)
  if (before !== undefined && before.vlan === vlan) return before.attributes
  const attributes = [
    textAttribute(ATTRIBUTE['User-Name'], account.username),
    staffClass(account.username),
    INTERIM,
    ...(vlan === null ? [] : vlanAttributes(vlan)),
  ]
  staffAnswers.set(account, { vlan, attributes })
  return attributes
}

/** `seconds` is what is left of the grant. */
export function guestAttributes(network: Network, seconds: number): Attribute[] {
  return [
    integerAttribute(ATTRIBUTE['Session-Timeout'], Math.min(seconds, SESSION_MOST_SECONDS)),
    GUEST_CLASS,
    INTERIM,
    ...(network.vlan === null ? [] : vlanAttributes(network.vlan)),
  ]
}
