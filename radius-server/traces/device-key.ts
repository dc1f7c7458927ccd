import { ATTRIBUTE } from '../dictionary.ts'
import { attributeEnd, attributeOffset } from '../packet.ts'
import type { Packet } from '../packet.ts'
import { HASH_BASIS, hashOctets } from './small-hash.ts'

const CHECK_BASIS = 0x2c1b3c6d

/**
 * Whose answer it is, by the octets of the packet: the device's address and the name that is shown outside,
 * since some gateways give the same address for everybody. As two hashes, 60 bits: a text of it, or its octets
 * to compare, would each be memory to fetch for each packet. One is read again for each packet.
 */
export class DeviceKey {
  hash = 0
  check = 0

  ofPacket(packet: Packet): void {
    this.hash = HASH_BASIS
    this.check = CHECK_BASIS
    this.#add(packet, ATTRIBUTE['Calling-Station-Id'])
    this.#add(packet, ATTRIBUTE['User-Name'])
  }

  ofText(text: string): void {
    const bytes = Buffer.from(text)
    this.hash = hashOctets(HASH_BASIS, bytes, 0, bytes.length)
    this.check = hashOctets(CHECK_BASIS, bytes, 0, bytes.length)
  }

  #add(packet: Packet, type: number): void {
    const from = attributeOffset(packet, type)
    if (from < 0) return
    const to = attributeEnd(packet, from)
    this.hash = hashOctets(this.hash, packet.bytes, from, to)
    this.check = hashOctets(this.check, packet.bytes, from, to)
  }
}
