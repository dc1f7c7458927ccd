import { nameFromText } from './name.ts'

/** How this resolver is reached over TLS and HTTPS; a port of null is not served. */
export interface EncryptedSelf {
  /** A name of its certificate. */
  readonly name: string
  readonly dotPort: number | null
  readonly dohPort: number | null
}

const ALPN = 1
const PORT = 3
const DOHPATH = 7
const DOT_PORT = 853
const DOH_PORT = 443

/**
 * The SVCB records of `_dns.resolver.arpa` (RFC 9462 section 4, RFC 9461): DNS over HTTPS first, which says
 * the place by its path.
 */
export function resolverRecords(self: EncryptedSelf, token: string | null): readonly Uint8Array[] {
  const target = nameFromText(self.name)
  if (target === null) return []
  const record = (priority: number, parameters: readonly Buffer[]): Uint8Array =>
    Uint8Array.from(Buffer.concat([Buffer.of(0, priority), target, ...parameters]))
  const records: Uint8Array[] = []
  if (self.dohPort !== null) {
    const path = `/dns-query${token === null ? '' : `/${token}`}{?dns}`
    records.push(
      record(1, [
        parameter(ALPN, Buffer.from('\x02h2', 'latin1')),
        ...portOf(self.dohPort, DOH_PORT),
        parameter(DOHPATH, Buffer.from(path)),
      ]),
    )
  }
  if (self.dotPort !== null) {
    const alpn = parameter(ALPN, Buffer.from('\x03dot', 'latin1'))
    records.push(record(2, [alpn, ...portOf(self.dotPort, DOT_PORT)]))
  }
  return records
}

function portOf(port: number, usual: number): readonly Buffer[] {
  return port === usual ? [] : [parameter(PORT, Buffer.of(port >>> 8, port & 0xff))]
}

function parameter(key: number, value: Buffer): Buffer {
  const head = Buffer.alloc(4)
  head.writeUInt16BE(key, 0)
  head.writeUInt16BE(value.length, 2)
  return Buffer.concat([head, value])
}
