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

/** Also by the key that the secret before made, as long as that one is valid. */
export function opensEntry(
  gateway: Pick<Gateway, 'name' | 'secret' | 'formerSecret'>,
  key: string,
  now: number,
): boolean {
  if (key.length !== KEY_BYTES * 2) return false
  const given = Buffer.from(key, 'hex')
  if (given.length !== KEY_BYTES) return false
  return validSecrets(gateway, now).some((secret) =>
    timingSafeEqual(given, keyOf({ ...gateway, secret })),
  )
}

/** The gateway's secret, and the one before while it counts too. */
export function validSecrets(
  { secret, formerSecret }: Pick<Gateway, 'secret' | 'formerSecret'>,
  now: number,
): readonly string[] {
  return formerSecret !== null && now < formerSecret.until
    ? [secret, formerSecret.secret]
    : [secret]
}

function keyOf({ name, secret }: Pick<Gateway, 'name' | 'secret'>): Buffer {
  const mac = createHmac('sha256', secret).update(`portal path 1\n${name}`).digest()
  return mac.subarray(0, KEY_BYTES)
}
