import { parseLoginName } from '#core/ldap/login-name.ts'
import type { Realm } from '#db/proxying.ts'
import { textAttribute } from '../attributes.ts'
import type { Attribute } from '../attributes.ts'
import { isOwnClass } from '../class.ts'
import { ATTRIBUTE } from '../dictionary.ts'
import { hidePassword, readUserPassword } from '../obfuscation.ts'
import { PACKET_LIMITS, everyAttribute, hasAttribute } from '../packet.ts'
import type { RadiusRequest } from '../request.ts'
import type { Hiding } from './home-server.ts'

/** RFC 5580 §4.1: of the namespace REALM. */
const OPERATOR_REALM = '1'
/** The header, and a Message-Authenticator. */
const AROUND_ATTRIBUTES = 20 + 18

/** Whether they fit one packet. */
export function fitsPacket(attributes: readonly Attribute[]): boolean {
  const octets = attributes.reduce((sum, { value }) => sum + 2 + value.length, AROUND_ATTRIBUTES)
  return octets <= PACKET_LIMITS.longest
}

/** An Access-Request that is to be sent on: for each server with what it alone can read. */
export type PreparedAccess =
  | { readonly ok: true; readonly attributesFor: (hiding: Hiding) => readonly Attribute[] }
  | { readonly ok: false; readonly reason: 'bad-password-attribute' | 'proxy-too-long' }

/**
 * What a home server gets of an Access-Request: all of it in its order (RFC 2865 §5.33), with what
 * rests on our own secret or authenticator made anew.
 */
export function prepareAccess(
  request: RadiusRequest,
  realm: Realm,
  tag: Uint8Array,
): PreparedAccess {
  const { packet, client } = request
  const password = readUserPassword(packet, client.secret)
  if (password === null) return { ok: false, reason: 'bad-password-attribute' }
  const isEap = hasAttribute(packet, ATTRIBUTE['EAP-Message'])
  const kept = everyAttribute(packet).flatMap(({ type, value }): Attribute[] => {
    if (type === ATTRIBUTE['Message-Authenticator']) return []
    // RFC 3579 §2.1: with EAP it is what the Identity says, which nobody may change.
    if (type === ATTRIBUTE['User-Name'] && realm.strip && !isEap) return [stripped(value)]
    if (type === ATTRIBUTE['Operator-Name'] && realm.operator !== null) return []
    return [{ type, value }]
  })
  const attributes = [...kept, ...addedTo(request, realm), proxyState(tag)]
  if (!fitsPacket(attributes)) return { ok: false, reason: 'proxy-too-long' }
  return {
    ok: true,
    attributesFor: ({ authenticator, secret }) =>
      password === undefined
        ? attributes
        : attributes.map((attribute) =>
            attribute.type === ATTRIBUTE['User-Password']
              ? { ...attribute, value: hidePassword(password, authenticator, secret) }
              : attribute,
          ),
  }
}

/** What a home server gets of an Accounting-Request that is recorded. */
export function forwardedAccounting(
  { packet }: RadiusRequest,
  realm: Realm,
  tag: Uint8Array,
): readonly Attribute[] {
  const attributes = everyAttribute(packet).flatMap(({ type, value }): Attribute[] => {
    if (type === ATTRIBUTE['Message-Authenticator']) return []
    // It names the network here and the person, and means nothing elsewhere.
    if (type === ATTRIBUTE.Class && isOwnClass(value)) return []
    return [realm.strip && type === ATTRIBUTE['User-Name'] ? stripped(value) : { type, value }]
  })
  return [...attributes, proxyState(tag)]
}

function addedTo({ packet, client }: RadiusRequest, realm: Realm): readonly Attribute[] {
  const added: Attribute[] = []
  const has = (type: number): boolean => hasAttribute(packet, type)
  if (has(ATTRIBUTE['CHAP-Password']) && !has(ATTRIBUTE['CHAP-Challenge'])) {
    // RFC 2865 §5.3: then the challenge was the authenticator, which is another one from here on.
    added.push({ type: ATTRIBUTE['CHAP-Challenge'], value: packet.authenticator })
  }
  const names = [
    ATTRIBUTE['NAS-IP-Address'],
    ATTRIBUTE['NAS-IPv6-Address'],
    ATTRIBUTE['NAS-Identifier'],
  ]
  // RFC 2865 §5.4: one of them there must be, and the next server sees only us.
  if (!names.some(has)) added.push(textAttribute(ATTRIBUTE['NAS-Identifier'], client.gateway.name))
  if (realm.operator !== null) {
    added.push(textAttribute(ATTRIBUTE['Operator-Name'], OPERATOR_REALM + realm.operator))
  }
  return added
}

function stripped(value: Uint8Array): Attribute {
  const { user } = parseLoginName(Buffer.from(value).toString('utf8'))
  return textAttribute(ATTRIBUTE['User-Name'], user)
}

/** RFC 2865 §5.33: after those of others. */
function proxyState(tag: Uint8Array): Attribute {
  return { type: ATTRIBUTE['Proxy-State'], value: tag }
}
