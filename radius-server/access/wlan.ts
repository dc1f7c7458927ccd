import { decodeText, readText, readVendor } from '../attributes.ts'
import { ARUBA, ATTRIBUTE, CISCO, RUCKUS } from '../dictionary.ts'
import type { Packet } from '../packet.ts'

/** The network that a device asks for, and the radio that it asks. */
export interface Wlan {
  /** Null where the gateway does not say. */
  readonly ssid: string | null
  /** 6 octets. */
  readonly bssid: Uint8Array | null
}

/** `AA-BB-CC-DD-EE-FF:SSID` (RFC 3580 §3.20), with the spellings of the address that are in use. */
const CALLED = /^((?:[0-9a-f]{2}[-:]?){5}[0-9a-f]{2}):(.*)$/is

const CISCO_SSID = 'cisco-wlan-ssid='

export function readWlan(packet: Packet): Wlan {
  const [, address, called = ''] =
    CALLED.exec(readText(packet, ATTRIBUTE['Called-Station-Id']) ?? '') ?? []
  return {
    ssid: called === '' ? vendorSsid(packet) : called,
    bssid: address === undefined ? null : Buffer.from(address.replaceAll(/[-:]/g, ''), 'hex'),
  }
}

/** Where a controller is set up to send something else as Called-Station-Id. */
function vendorSsid(packet: Packet): string | null {
  const own =
    readVendor(packet, RUCKUS.vendor, RUCKUS['Ruckus-SSID']) ??
    readVendor(packet, ARUBA.vendor, ARUBA['Aruba-Essid-Name'])
  if (own !== null) return decodeText(own) || null
  const pair = readVendor(packet, CISCO.vendor, CISCO['Cisco-AVPair'])
  const text = pair === null ? null : decodeText(pair)
  return text?.startsWith(CISCO_SSID) === true ? text.slice(CISCO_SSID.length) || null : null
}
