import type { Account } from '#db/accounts.ts'
import type { Network } from '#db/sites.ts'
import { integerAttribute, textAttribute, vlanAttributes } from '../attributes.ts'
import type { Attribute } from '../attributes.ts'
import { guestClass, staffClass } from '../class.ts'
import { ATTRIBUTE } from '../dictionary.ts'

/** RFC 2869 §5.16 wants no less than 600: 93,000 devices are then 155 records a second. */
const ACCT_INTERIM_SECONDS = 600

/** A grant is looked at again at least once a day, whatever it says. */
const SESSION_MOST_SECONDS = 86_400

const INTERIM = integerAttribute(ATTRIBUTE['Acct-Interim-Interval'], ACCT_INTERIM_SECONDS)

/** User-Name is the account itself: gateways put it in accounting instead of the outer identity. */
export function staffAttributes(network: Network, account: Account): Attribute[] {
  return [
    textAttribute(ATTRIBUTE['User-Name'], account.username),
    staffClass(account.username),
    INTERIM,
    ...(network.vlan === null ? [] : vlanAttributes(network.vlan)),
  ]
}

/** `seconds` is what is left of the grant. */
export function guestAttributes(network: Network, seconds: number): Attribute[] {
  return [
    integerAttribute(ATTRIBUTE['Session-Timeout'], Math.min(seconds, SESSION_MOST_SECONDS)),
    guestClass(),
    INTERIM,
    ...(network.vlan === null ? [] : vlanAttributes(network.vlan)),
  ]
}
