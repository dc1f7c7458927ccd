/** In place of a file's name: the file itself (RFC 2397), so that one file can hold a whole house. */
export const INLINE = 'data:'

export function inlineFile(type: string, bytes: Uint8Array): string {
  return `${INLINE}${type};base64,${Buffer.from(bytes).toString('base64')}`
}

export function inlineBytes(
  text: string,
  say: (what: string) => void,
  most: number,
): Buffer | null {
  const [, base64] = /^data:[a-z0-9.+/-]{0,100};base64,([A-Za-z0-9+/]*={0,2})$/.exec(text) ?? []
  if (base64 === undefined) {
    say('begins with data: and is not data:TYPE;base64,… all in one line')
    return null
  }
  const bytes = Buffer.from(base64, 'base64')
  if (bytes.length <= most) return bytes
  say(`is larger than ${most} bytes`)
  return null
}
