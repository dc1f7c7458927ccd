import { randomBytes } from 'node:crypto'

// Letters and digits that nobody confuses when read aloud or copied from a screen.
const LETTERS = '23456789ABCDEFGHJKMNPQRSTVWXYZ'
/** 5.9e14 codes: with ten million of them in use, one guess in 59 million finds one. */
const LENGTH = 10

export function newReceiptCode(): string {
  // 256 is not a multiple of 30: bytes past the last whole multiple would favour some letters.
  let code = ''
  while (code.length < LENGTH) {
    for (const byte of randomBytes(LENGTH)) {
      if (byte < 240 && code.length < LENGTH) code += LETTERS[byte % 30] ?? ''
    }
  }
  return code
}

const CODE = new RegExp(`^[${LETTERS}]{${LENGTH}}$`)
const LONGEST_TYPED = 40

/** What somebody typed, in any case and with any spaces and dashes, as a code; null: it cannot be one. */
export function readReceiptCode(typed: string): string | null {
  const code = typed
    .slice(0, LONGEST_TYPED)
    .toUpperCase()
    .replaceAll(/[\s\-–.]/g, '')
  return CODE.test(code) ? code : null
}
