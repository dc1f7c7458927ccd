import { randomBytes } from 'node:crypto'

/** What the user name of a device with a password begins with; its identifier follows. */
export const DEVICE_NAME_PREFIX = 'device-'

/** Without 0, 1, l and o, which people read wrong. */
const ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789'
const CHARACTERS = 16

/** 80 random bits. */
export function makeDeviceId(): string {
  return randomText(CHARACTERS)
}

/** A password of 130 random bits, in groups to be typed. */
export function makeDevicePassword(): string {
  return (randomText(26).match(/.{1,5}/g) ?? []).join('-')
}

function randomText(length: number): string {
  return Array.from(randomBytes(length), (octet) => ALPHABET[octet & 31] ?? '').join('')
}
