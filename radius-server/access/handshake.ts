import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Mac } from '#core/mac.ts'
import { EXTENDED, EXTENDED_VENDOR_SPECIFIC, readPaths } from '../attribute-paths.ts'
import { hasAttribute } from '../packet.ts'
import type { Packet } from '../packet.ts'

/**
 * The second message of a 4-way handshake (IEEE 802.11-2020 §12.7.6.3), in which a device shows that it
 * has the master key: what an access point sends that does not know which of many keys it is.
 */
export interface Handshake {
  /** What the key of the message is worked out from, beside the master key. */
  readonly expansion: Uint8Array
  /** The EAPOL frame, with zeros in the place of its code. */
  readonly frame: Uint8Array
  readonly mic: Uint8Array
}

const NONCE_BYTES = 32
const MIC_BYTES = 16
/** IEEE 802.11-2020 §12.7.2: where what stands in an EAPOL-Key frame behind its header of 4 octets. */
const AT = {
  type: 1,
  length: 2,
  descriptor: 4,
  information: 5,
  nonce: 17,
  mic: 81,
  data: 99,
} as const
const EAPOL_HEADER_BYTES = 4
const EAPOL_KEY = 3
const RSN_DESCRIPTOR = 2
const HAS_MIC = 0x01
/** HMAC-SHA1 for key and code: WPA2-PSK. Fast transition and SHA-256 have another, SAE none. */
const HMAC_SHA1 = 2
const LABEL = Buffer.from('Pairwise key expansion\0', 'latin1')

/** Vendor 11344: FreeRADIUS-802.1X-Anonce and FreeRADIUS-802.1X-EAPoL-Key-Msg, as hostapd sends them (RFC 6929 §2.4). */
const EVS_5 = [EXTENDED.long, EXTENDED_VENDOR_SPECIFIC, 11_344].join('.')
const ANONCE = `${EVS_5}.1`
const KEY_MESSAGE = `${EVS_5}.2`

/** Null: none came. `unreadable`: one that is broken, or not of WPA2-PSK. */
export function readHandshake(
  packet: Packet,
  station: Mac,
  bssid: Uint8Array | null,
): Handshake | 'unreadable' | null {
  if (!hasAttribute(packet, EXTENDED.long)) return null
  const found = new Map(readPaths(packet).map(({ path, value }) => [path.join('.'), value]))
  const anonce = found.get(ANONCE)
  const message = found.get(KEY_MESSAGE)
  if (anonce === undefined && message === undefined) return null
  if (anonce?.length !== NONCE_BYTES || message === undefined || bssid === null) return 'unreadable'
  const frame = readFrame(message)
  if (frame === null) return 'unreadable'
  const mic = frame.slice(AT.mic, AT.mic + MIC_BYTES)
  const snonce = frame.slice(AT.nonce, AT.nonce + NONCE_BYTES)
  frame.fill(0, AT.mic, AT.mic + MIC_BYTES)
  const own = Buffer.from(station.replaceAll(':', ''), 'hex')
  const expansion = Buffer.concat([
    LABEL,
    ...inOrder(own, bssid),
    ...inOrder(anonce, snonce),
    Buffer.of(0),
  ])
  return { expansion, frame, mic }
}

/** A copy without what follows its length; null if it is no second message of WPA2-PSK. */
function readFrame(message: Uint8Array): Uint8Array | null {
  const length =
    EAPOL_HEADER_BYTES + (((message[AT.length] ?? 0) << 8) | (message[AT.length + 1] ?? 0))
  if (length < AT.data || length > message.length) return null
  if (message[AT.type] !== EAPOL_KEY || message[AT.descriptor] !== RSN_DESCRIPTOR) return null
  const [high = 0, low = 0] = message.subarray(AT.information)
  if ((high & HAS_MIC) === 0 || (low & 0x07) !== HMAC_SHA1) return null
  // A Buffer's slice() would be a view, and so would what is cut from it.
  return Uint8Array.from(message.subarray(0, length))
}

function inOrder(one: Uint8Array, other: Uint8Array): readonly Uint8Array[] {
  return Buffer.compare(one, other) < 0 ? [one, other] : [other, one]
}

/** Whether who sent it has this master key: two HMACs, 27 µs. */
export function showsKey({ expansion, frame, mic }: Handshake, pmk: Uint8Array): boolean {
  const kck = createHmac('sha1', pmk).update(expansion).digest().subarray(0, MIC_BYTES)
  const own = createHmac('sha1', kck).update(frame).digest().subarray(0, MIC_BYTES)
  return timingSafeEqual(own, mic)
}
