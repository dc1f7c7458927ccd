/** The value of the first part of a distinguished name (RFC 4514): `staff` of `cn=staff,ou=groups`. */
export function firstRdnValue(dn: string): string {
  const match = /^[^=]+=((?:\\.|[^\\,+])*)/s.exec(dn)
  const octets: number[] = []
  const text = (match?.[1] ?? '').trim()
  for (let at = 0; at < text.length; at += 1) {
    const hex = /^\\([0-9a-f]{2})/i.exec(text.slice(at, at + 3))
    if (hex !== null) {
      octets.push(Number.parseInt(hex[1] ?? '', 16))
      at += 2
      continue
    }
    if (text[at] === '\\') at += 1
    const character = String.fromCodePoint(text.codePointAt(at) ?? 0)
    octets.push(...Buffer.from(character))
    at += character.length - 1
  }
  return Buffer.from(octets).toString('utf8')
}

/** Whether `dn` is `base` or below it, as far as the spelling shows. */
export function isBelow(dn: string, base: string): boolean {
  const [inner, outer] = [plain(dn), plain(base)]
  return inner === outer || inner.endsWith(`,${outer}`)
}

function plain(dn: string): string {
  return dn.toLowerCase().replace(/\s*([,=])\s*/g, '$1')
}
