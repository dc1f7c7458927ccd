import { createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'
import { parseMac } from '#core/mac.ts'
import type { DeviceKey } from '#db/device-keys.ts'
import { ATTRIBUTE } from '../dictionary.ts'
import type { Sent } from './gateway.ts'

/*
 * A device that joins a WPA2 network, and its access point: written after IEEE 802.11-2020 §12.7 with
 * node:crypto alone.
 */

export const SSID = 'Things'
const BSSID = '02-00-00-00-00-AA'

export function deviceKey(changes: Partial<DeviceKey> = {}): DeviceKey {
  const passphrase = changes.passphrase ?? 'correct-horse-battery'
  const ssid = changes.ssid ?? SSID
  return {
    name: 'till-1',
    owner: 'alice',
    kind: 'till',
    groups: ['tills'],
    site: '75-0042',
    association: null,
    mac: null,
    devices: 1,
    until: null,
    pmk: pbkdf2Sync(passphrase, ssid, 4096, 32, 'sha1'),
    ownerHow: null,
    ...changes,
    passphrase,
    ssid,
  }
}

/** What hostapd sends with `wpa_psk_radius=3` beside the address. */
export function handshakeAttributes(station: string, passphrase: string, ssid: string): Sent[] {
  const anonce = randomBytes(32)
  const frame = Buffer.alloc(121)
  // EAPOL-Key, RSN, pairwise with a MIC, HMAC-SHA1.
  Buffer.from('0103007502010a', 'hex').copy(frame)
  frame[16] = 1
  randomBytes(32).copy(frame, 17)
  frame[98] = 22
  Buffer.from('30140100000fac040100000fac040100000fac020000', 'hex').copy(frame, 99)
  const pmk = pbkdf2Sync(passphrase, ssid, 4096, 32, 'sha1')
  mic(pmk, station, anonce, frame).copy(frame, 81)
  return [extended(1, anonce), extended(2, frame)]
}

function mic(pmk: Buffer, station: string, anonce: Buffer, frame: Buffer): Buffer {
  const addresses = [octets(BSSID), octets(station)].toSorted((a, b) => Buffer.compare(a, b))
  const nonces = [anonce, frame.subarray(17, 49)].toSorted((a, b) => Buffer.compare(a, b))
  const parts = [Buffer.from('Pairwise key expansion'), Buffer.of(0), ...addresses, ...nonces]
  const expanded = createHmac('sha1', pmk).update(Buffer.concat(parts)).update(Buffer.of(0))
  const kck = expanded.digest().subarray(0, 16)
  return createHmac('sha1', kck).update(frame).digest().subarray(0, 16)
}

/** RFC 6929 §2.2 and §2.4: long extended, vendor 11344. */
export function extended(type: number, content: Uint8Array): Sent {
  return [245, Buffer.concat([Buffer.from([26, 0, 0, 0, 0x2c, 0x50, type]), content])]
}

function octets(address: string): Buffer {
  return Buffer.from(address.replaceAll(/[-:]/g, ''), 'hex')
}

export function macOf(text: string): NonNullable<DeviceKey['mac']> {
  const mac = parseMac(text)
  if (mac === null) throw new Error(`${text} is no address`)
  return mac
}

/** As hostapd asks by an address (`macaddr_acl=2`). */
export function askByAddress(station: string, ssid: string | null = SSID): Sent[] {
  const bare = station.replaceAll(/[-:]/g, '').toLowerCase()
  return [
    [ATTRIBUTE['User-Name'], bare],
    [ATTRIBUTE['User-Password'], bare],
    ...(ssid === null ? [] : [[ATTRIBUTE['Called-Station-Id'], `${BSSID}:${ssid}`] as const]),
    [ATTRIBUTE['Calling-Station-Id'], station],
  ]
}
