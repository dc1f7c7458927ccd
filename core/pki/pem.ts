/** DER as PEM (RFC 7468). */
export function pem(label: string, der: ArrayBuffer | Uint8Array): string {
  const octets = der instanceof Uint8Array ? der : new Uint8Array(der)
  const lines =
    Buffer.from(octets)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n')
}

/** Of the first block. */
export function derOf(text: string): Uint8Array<ArrayBuffer> {
  const [block = text] = /-----BEGIN [^-]+-----[^-]+-----END [^-]+-----/.exec(text) ?? []
  return Uint8Array.from(Buffer.from(block.replace(/-----[^-]+-----/g, ''), 'base64'))
}

/** Each certificate of a file, in its order. */
export function certificatesOf(text: string): readonly string[] {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  return blocks.map((block) => `${block}\n`)
}
