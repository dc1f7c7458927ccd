import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Gateway } from './gateways.ts'

export const ENTRY_FOLDER = '/guest/from/'
const KEY_BYTES = 16

/**
 * The gateway's own address at the portal, `/guest/from/NAME/KEY`: who does not know its secret cannot
 * make it up. A phone that was sent there can read it, so that it proves the place and not the device.
 */
export function entryPath(gateway: Pick<Gateway, 'name' | 'secret'>): string {
  return `${ENTRY_FOLDER}${gateway.name}/${keyOf(gateway).toString('hex')}`
}

export function opensEntry(gateway: Pick<Gateway, 'name' | 'secret'>, key: string): boolean {
  if (key.length !== KEY_BYTES * 2) return false
  const given = Buffer.from(key, 'hex')
  return given.length === KEY_BYTES && timingSafeEqual(given, keyOf(gateway))
}

function keyOf({ name, secret }: Pick<Gateway, 'name' | 'secret'>): Buffer {
  const mac = createHmac('sha256', secret).update(`portal path 1\n${name}`).digest()
  return mac.subarray(0, KEY_BYTES)
}
