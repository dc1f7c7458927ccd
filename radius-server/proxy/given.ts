import type { GivenByHome } from '#db/proxying.ts'
import { vendorAttribute } from '../attributes.ts'
import type { Attribute } from '../attributes.ts'
import { ATTRIBUTE, CODE, MICROSOFT, WISPR } from '../dictionary.ts'
import { createSalts, hideSalted, revealSalted } from '../obfuscation.ts'
import { everyAttribute } from '../packet.ts'
import type { Packet } from '../packet.ts'
import { VENDOR_ID_BYTES, numberAt, readVendorParts } from '../vendor-specific.ts'
import type { Hiding } from './home-server.ts'

/** What a login needs, by the code of the reply; a home server's word on the network is not among it. */
const ALWAYS: Readonly<Record<number, readonly number[]>> = {
  [CODE['Access-Accept']]: [
    ATTRIBUTE['EAP-Message'],
    ATTRIBUTE['Reply-Message'],
    ATTRIBUTE.State,
    ATTRIBUTE.Class,
    ATTRIBUTE['Session-Timeout'],
    ATTRIBUTE['Idle-Timeout'],
    ATTRIBUTE['Termination-Action'],
    ATTRIBUTE['Chargeable-User-Identity'],
    ATTRIBUTE['EAP-Key-Name'],
  ],
  [CODE['Access-Reject']]: [ATTRIBUTE['EAP-Message'], ATTRIBUTE['Reply-Message']],
  [CODE['Access-Challenge']]: [
    ATTRIBUTE['EAP-Message'],
    ATTRIBUTE['Reply-Message'],
    ATTRIBUTE.State,
    ATTRIBUTE['Session-Timeout'],
  ],
}

const IF_GIVEN: Readonly<Record<GivenByHome, readonly number[]>> = {
  vlan: [
    ATTRIBUTE['Tunnel-Type'],
    ATTRIBUTE['Tunnel-Medium-Type'],
    ATTRIBUTE['Tunnel-Private-Group-Id'],
    ATTRIBUTE['Egress-VLANID'],
    ATTRIBUTE['Egress-VLAN-Name'],
  ],
  filter: [ATTRIBUTE['Filter-Id'], ATTRIBUTE['NAS-Filter-Rule']],
  bandwidth: [],
  'tunnel-password': [ATTRIBUTE['Tunnel-Password']],
}

const BANDWIDTH: ReadonlySet<number> = new Set([
  WISPR['WISPr-Bandwidth-Max-Up'],
  WISPR['WISPr-Bandwidth-Max-Down'],
])
const MS_CHAP: ReadonlySet<number> = new Set([
  MICROSOFT['MS-CHAP-Error'],
  MICROSOFT['MS-CHAP2-Success'],
])
const MPPE_KEYS: ReadonlySet<number> = new Set([
  MICROSOFT['MS-MPPE-Send-Key'],
  MICROSOFT['MS-MPPE-Recv-Key'],
])

/**
 * What of a home server's reply goes to the gateway: what it may say, in its order, its keys hidden anew
 * with the secret and the authenticator that the gateway knows. One that cannot be opened is left out.
 */
export function givenAttributes(
  reply: Packet,
  gives: ReadonlySet<GivenByHome>,
  from: Hiding,
  to: Hiding,
): readonly Attribute[] {
  const passed = new Set(ALWAYS[reply.code])
  if (reply.code === CODE['Access-Accept']) {
    for (const given of gives) for (const type of IF_GIVEN[given]) passed.add(type)
  }
  const rehide = createRehide(from, to)
  return everyAttribute(reply).flatMap(({ type, value }): Attribute[] => {
    if (type === ATTRIBUTE['Vendor-Specific']) {
      return vendorAttributes(value, reply.code, gives, rehide)
    }
    if (!passed.has(type)) return []
    if (type !== ATTRIBUTE['Tunnel-Password']) return [{ type, value }]
    // RFC 2868 §3.5: the tag stands before the salt.
    const hidden = rehide(value.subarray(1))
    return hidden === null ? [] : [{ type, value: Buffer.concat([value.subarray(0, 1), hidden]) }]
  })
}

function vendorAttributes(
  value: Uint8Array,
  code: number,
  gives: ReadonlySet<GivenByHome>,
  rehide: (hidden: Uint8Array) => Uint8Array | null,
): Attribute[] {
  const vendor = numberAt(value, 0, VENDOR_ID_BYTES)
  const isAccept = code === CODE['Access-Accept']
  const parts = readVendorParts(value) ?? []
  if (vendor === WISPR.vendor && isAccept && gives.has('bandwidth')) {
    return parts
      .filter(({ type }) => BANDWIDTH.has(type))
      .map((part) => vendorAttribute(vendor, part.type, part.value))
  }
  if (vendor !== MICROSOFT.vendor) return []
  return parts.flatMap(({ type, value: content }) => {
    if (MS_CHAP.has(type)) return [vendorAttribute(vendor, type, content)]
    const hidden = isAccept && MPPE_KEYS.has(type) ? rehide(content) : null
    return hidden === null ? [] : [vendorAttribute(vendor, type, hidden)]
  })
}

/** Each with a salt of its own (RFC 2548 §2.4.2). */
function createRehide(from: Hiding, to: Hiding): (hidden: Uint8Array) => Uint8Array | null {
  const salts = createSalts()
  return (hidden) => {
    const plain = revealSalted(hidden, from.authenticator, from.secret)
    return plain === null ? null : hideSalted(plain, salts(), to.authenticator, to.secret)
  }
}
