import { parseLoginName } from '#core/ldap/login-name.ts'
import type { Realm } from '#db/proxying.ts'
import type { Network } from '#db/sites.ts'
import type { StaffAccount } from '../access/staff-login.ts'
import { integerAttribute, readText } from '../attributes.ts'
import type { Attribute } from '../attributes.ts'
import { ATTRIBUTE } from '../dictionary.ts'
import type { Packet } from '../packet.ts'
import { numberAt } from '../vendor-specific.ts'

/** Who came in, by the word of a home server. It speaks for its own realm and for nobody else. */
export function visitor(asked: Packet, reply: Packet, { groups }: Realm): StaffAccount {
  const typed = readText(asked, ATTRIBUTE['User-Name']) ?? ''
  const said = readText(reply, ATTRIBUTE['User-Name'])
  const { user, realm } = parseLoginName(typed)
  const name = said === null ? null : parseLoginName(said)
  if (name === null || (name.realm !== '' && name.realm !== realm)) {
    return { username: `${user}@${realm}`, groups }
  }
  // With its realm, or the log could take it for somebody of ours.
  return { username: `${name.user}@${realm}`, groups }
}

/** The network that a visitor is put in: the realm's, where the home server itself does not say. */
export function visitedNetwork(
  network: Network,
  { vlan, gives }: Realm,
  given: readonly Attribute[],
): Network {
  const isGiven = gives.has('vlan') && given.some(({ type }) => VLAN.has(type))
  if (isGiven) return { ...network, vlan: null }
  return vlan === null ? network : { ...network, vlan }
}

const VLAN: ReadonlySet<number> = new Set([
  ATTRIBUTE['Tunnel-Private-Group-Id'],
  ATTRIBUTE['Egress-VLANID'],
  ATTRIBUTE['Egress-VLAN-Name'],
])

/** What both may say, each of them its own; of the rest, what is ours counts. */
const BOTH: ReadonlySet<number> = new Set([ATTRIBUTE.Class, ATTRIBUTE['Vendor-Specific']])

/** Of two lengths of a session the shorter. */
export function joined(
  ours: readonly Attribute[],
  given: readonly Attribute[],
): readonly Attribute[] {
  const said = new Set(ours.map(({ type }) => type))
  const kept = given.filter(({ type }) => BOTH.has(type) || !said.has(type))
  const lengths = [...ours, ...given]
    .filter(({ type, value }) => type === ATTRIBUTE['Session-Timeout'] && value.length === 4)
    .map(({ value }) => numberAt(value, 0, 4))
  if (lengths.length < 2) return [...kept, ...ours]
  const shortest = integerAttribute(ATTRIBUTE['Session-Timeout'], Math.min(...lengths))
  const others = ours.filter(({ type }) => type !== ATTRIBUTE['Session-Timeout'])
  return [...kept, shortest, ...others]
}
