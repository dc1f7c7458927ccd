/** 16 octets of name, 16 for the HMAC, 16 for AES. */
export const TICKET_KEY_BYTES = 48

/** No session is resumed after this long, however often it was before. */
export const SESSION_LIFE_SECONDS = 12 * 3600

export interface TunnelCredentials {
  readonly chainPem: string
  readonly keyPem: string
}

/** What both layers of TLS are told. */
export const TUNNEL_SETTINGS = {
  suites: 'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256',
  /** The P-256 certificate before the RSA one, where a TLS 1.2 peer takes both. */
  ciphers: [
    'ECDHE-ECDSA-AES128-GCM-SHA256',
    'ECDHE-ECDSA-AES256-GCM-SHA384',
    'ECDHE-ECDSA-CHACHA20-POLY1305',
    'ECDHE-RSA-AES128-GCM-SHA256',
    'ECDHE-RSA-AES256-GCM-SHA384',
    'ECDHE-RSA-CHACHA20-POLY1305',
    // Windows before 10 and some printers have no GCM with ECDHE.
    'ECDHE-ECDSA-AES128-SHA256',
    'ECDHE-ECDSA-AES128-SHA',
    'ECDHE-RSA-AES128-SHA256',
    'ECDHE-RSA-AES128-SHA',
  ].join(':'),
  /** OpenSSL would prefer X25519MLKEM768, whose 1.2 kB key share costs another EAP round trip. */
  groups: 'X25519:P-256',
  /** Without it OpenSSL refuses to resume where certificates are asked for. */
  sessionContext: 'accueil-eap',
} as const
