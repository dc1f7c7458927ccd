/**
 * Text of others on a terminal: what would move its cursor, colour it, or turn the direction of a line shows as
 * `\u{1b}`. Line breaks too: a line is one line.
 */
export function printable(text: string): string {
  return text.replaceAll(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  )
}
