import { randomInt } from 'node:crypto'

// Letters and digits that nobody confuses when reading them off paper.
const LETTERS = '23456789ABCDEFGHJKMNPQRSTVWXYZ'
const GROUPS = 4
const GROUP_LETTERS = 4
const CODES = 10
const ONE_CODE = new RegExp(`^[${LETTERS}]{${GROUPS * GROUP_LETTERS}}$`)

/** `7K2M-9PQR-…`: 78 bits each, so that the digests that are kept lead back to none. */
export function newRecoveryCodes(): readonly string[] {
  return Array.from({ length: CODES }, () => {
    const letters = Array.from(
      { length: GROUPS * GROUP_LETTERS },
      () => LETTERS[randomInt(LETTERS.length)] ?? '',
    ).join('')
    return letters.match(/.{4}/g)?.join('-') ?? letters
  })
}

/** As it was given out, whatever dashes, spaces and small letters it was typed with; null if it is none. */
export function readRecoveryCode(typed: string): string | null {
  const letters = typed.slice(0, 64).toUpperCase().replaceAll(/[\s-]/g, '')
  return ONE_CODE.test(letters) ? (letters.match(/.{4}/g)?.join('-') ?? null) : null
}
