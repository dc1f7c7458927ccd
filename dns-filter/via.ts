import type { Socket } from 'node:net'

export const TRANSPORTS = ['udp', 'tcp', 'dot', 'doh'] as const

export type Transport = (typeof TRANSPORTS)[number]

/** How a message came, and what its way says of who asks. */
export interface Via {
  readonly transport: Transport
  /** Of the TLS handshake (SNI), in lower case; null where none was sent. */
  readonly serverName: string | null
  /** The part of the path after `/dns-query/`; null without one. */
  readonly token: string | null
}

export const OVER_UDP: Via = { transport: 'udp', serverName: null, token: null }
export const OVER_TCP: Via = { transport: 'tcp', serverName: null, token: null }

/** What a TLS client asked for by name, in lower case; null if it named nobody. */
export function serverNameOf(socket: Socket): string | null {
  const name: unknown = Reflect.get(socket, 'servername')
  return typeof name === 'string' && name !== '' ? name.toLowerCase() : null
}
