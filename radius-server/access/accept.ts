import { integerAttribute, textAttribute } from '../attributes.ts'
import type { Attribute } from '../attributes.ts'
import { deviceKeyClass, guestClass, staffClass } from '../class.ts'
import { ATTRIBUTE } from '../dictionary.ts'
import type { StaffAccount } from './staff-login.ts'

/** RFC 2869 §5.16 wants no less than 600: 93,000 devices are then 155 records a second. */
const ACCT_INTERIM_SECONDS = 600

/** A grant is looked at again at least once a day, whatever it says. */
export const SESSION_MOST_SECONDS = 86_400

const GUEST_CLASS = guestClass()
const INTERIM = integerAttribute(ATTRIBUTE['Acct-Interim-Interval'], ACCT_INTERIM_SECONDS)

/**
 * User-Name is the account itself: gateways put it in accounting instead of the outer identity. The Class
 * names a device key where it is clear which one it is: accounting then tells that the device has used it.
 */
export function staffAttributes({ username, deviceKey }: StaffAccount): readonly Attribute[] {
  return [
    textAttribute(ATTRIBUTE['User-Name'], username),
    deviceKey === undefined ? staffClass(username) : deviceKeyClass(deviceKey, username),
    INTERIM,
  ]
}

/** On an internal network, before anybody signed in. */
export const NOBODY_ATTRIBUTES: readonly Attribute[] = [staffClass(''), INTERIM]

export const GUEST_ATTRIBUTES: readonly Attribute[] = [GUEST_CLASS, INTERIM]
