import type { AttributeTable } from './attribute-table.ts'

/**
 * What stands in the attributes 241 to 246 (RFC 6929 §2), by their Extended-Type.
 * Names and numbers after the dictionaries of the FreeRADIUS project (CC BY 4.0).
 */
export const EXTENDED: Readonly<Record<number, AttributeTable>> = {
  241: {
    1: [
      'Frag-Status',
      'integer',
      {
        0: 'Reserved',
        1: 'Fragmentation-Supported',
        2: 'More-Data-Pending',
        3: 'More-Data-Request',
      },
    ], // RFC 7499
    2: ['Proxy-State-Length', 'integer'], // RFC 7499
    3: ['Response-Length', 'integer'], // RFC 7930
    4: ['Original-Packet-Code', 'integer'], // RFC 7930
    5: ['IP-Port-Limit-Info', 'octets'], // RFC 8045
    6: ['IP-Port-Range', 'octets'], // RFC 8045
    7: ['IP-Port-Forwarding-Map', 'octets'], // RFC 8045
    8: ['Operator-NAS-Identifier', 'octets'], // RFC 8559
  },
  245: {
    1: ['SAML-Assertion', 'text'], // RFC 7833
    2: ['SAML-Protocol', 'text'], // RFC 7833
  },
}
