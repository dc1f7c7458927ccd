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
