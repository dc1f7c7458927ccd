import { AppError } from '#core/error.ts'
import type { Seal } from '#core/seal.ts'
import type { Database } from './connection.ts'
import type { GatewayKind } from './gateway-kinds.ts'
import { loadNetworks } from './sites.ts'
import type { Network } from './sites.ts'

export type { GatewayKind } from './gateway-kinds.ts'

/** openNDS's Forward Authentication Service settings. */
export interface Fas {
  readonly level: number
  readonly key: string
}

/**
 * How a gateway proves who it is over TLS: by the one certificate it has, by a name in a certificate
 * of a declared authority, or by a key that only it and we have.
 */
export type Radsec =
  /** SHA-256 of the certificate, lower-case hex. */
  | { readonly by: 'certificate'; readonly sha256: string }
  | { readonly by: 'name'; readonly name: string; readonly authority: string }
  | { readonly by: 'psk'; readonly psk: string }

export const GATEWAY_VENDORS = [
  'standard',
  'aruba',
  'cisco',
  'coovachilli',
  'meraki',
  'mikrotik',
  'ruckus',
  'unifi',
] as const
/** Whose it is: what it is told in an accept, and how it is asked to end a session. */
export type GatewayVendor = (typeof GATEWAY_VENDORS)[number]

/** A kind that has a vendor's name is that vendor's, unless it is said otherwise. */
export function vendorOf(kind: GatewayKind): GatewayVendor {
  return GATEWAY_VENDORS.find((vendor) => vendor === kind) ?? 'standard'
}

/** What was valid before `secret` and still is, for gateways that do not know the new one yet. */
export interface FormerSecret {
  readonly secret: string
  /** Milliseconds since the epoch. */
  readonly until: number
}

/** A gateway that takes Disconnect-Requests (RFC 5176). */
export interface Coa {
  readonly port: number
  readonly secret: string
  /** The one before, where it is the gateway's own that was changed. */
  readonly formerSecret: FormerSecret | null
}

export const SIGNING_RULES = ['required', 'auto', 'optional', 'trusted'] as const
/**
 * What is asked of a gateway's Access-Requests over UDP (CVE-2024-3596): a Message-Authenticator in each;
 * in each once it was seen to send one; in those with EAP or Proxy-State; or, where the way to it is
 * trusted, in those with EAP alone.
 */
export type SigningRule = (typeof SIGNING_RULES)[number]

/** What lets devices in at a place: it speaks RADIUS to us, sends phones to the portal, or both. */
export interface Gateway {
  readonly name: string
  readonly site: string
  readonly siteName: string
  readonly association: string
  /** CIDR from which its RADIUS packets come; null: it is known by RadSec alone. */
  readonly address: string | null
  readonly secret: string
  readonly formerSecret: FormerSecret | null
  readonly kind: GatewayKind
  readonly vendor: GatewayVendor
  readonly fas: Fas | null
  /** Null: it does not come by RadSec. */
  readonly radsec: Radsec | null
  /** Null: it cannot be asked to end a session. */
  readonly coa: Coa | null
  readonly messageAuthenticator: SigningRule
  readonly guest: Network | null
  readonly staff: Network | null
}

export async function loadGateways(
  database: Pick<Database, 'kysely' | 'sql'>,
  seal: Seal,
): Promise<readonly Gateway[]> {
  const networks = new Map(
    (await loadNetworks(database)).map((network) => [`${network.site} ${network.kind}`, network]),
  )
  const rows = await database.kysely
    .selectFrom('house.gateway as g')
    .innerJoin('house.site as s', 's.code', 'g.site')
    .select((eb) => [
      ...([
        'g.name',
        'g.site',
        's.name as siteName',
        's.association',
        'g.secret',
        'g.kind',
      ] as const),
      eb.cast<string | null>('g.address', 'text').as('address'),
      ...(['g.fas_level', 'g.fas_key', 'g.radsec_certificate', 'g.radsec_name'] as const),
      ...(['g.radsec_authority', 'g.radsec_psk'] as const),
      ...(['g.coa_port', 'g.coa_secret', 'g.vendor', 'g.message_authenticator'] as const),
      ...(['g.former_secret', 'g.former_secret_until'] as const),
    ])
    .orderBy('g.name')
    .execute()
  return rows.map((row) => {
    const secret = openSecret(seal, row.secret, `gateway:${row.name}`)
    const formerSecret = formerSecretOf(row, seal)
    return {
      name: row.name,
      site: row.site,
      siteName: row.siteName,
      association: row.association,
      address: row.address,
      secret,
      formerSecret,
      kind: row.kind,
      vendor: row.vendor,
      fas:
        row.fas_level === null || row.fas_key === null
          ? null
          : { level: row.fas_level, key: openSecret(seal, row.fas_key, `fas:${row.name}`) },
      radsec: radsecOf(row, seal),
      coa:
        row.coa_port === null
          ? null
          : {
              port: row.coa_port,
              secret:
                row.coa_secret === null
                  ? secret
                  : openSecret(seal, row.coa_secret, `coa:${row.name}`),
              formerSecret: row.coa_secret === null ? formerSecret : null,
            },
      messageAuthenticator: row.message_authenticator,
      guest: networks.get(`${row.site} guest`) ?? null,
      staff: networks.get(`${row.site} staff`) ?? null,
    }
  })
}

function formerSecretOf(
  row: {
    readonly name: string
    readonly former_secret: string | null
    readonly former_secret_until: Date | null
  },
  seal: Seal,
): FormerSecret | null {
  if (row.former_secret === null || row.former_secret_until === null) return null
  return {
    secret: openSecret(seal, row.former_secret, `former:${row.name}`),
    until: row.former_secret_until.getTime(),
  }
}

function radsecOf(
  row: {
    readonly name: string
    readonly radsec_certificate: string | null
    readonly radsec_name: string | null
    readonly radsec_authority: string | null
    readonly radsec_psk: string | null
  },
  seal: Seal,
): Radsec | null {
  if (row.radsec_certificate !== null) return { by: 'certificate', sha256: row.radsec_certificate }
  if (row.radsec_name !== null && row.radsec_authority !== null) {
    return { by: 'name', name: row.radsec_name, authority: row.radsec_authority }
  }
  if (row.radsec_psk === null) return null
  return { by: 'psk', psk: openSecret(seal, row.radsec_psk, `radsec:${row.name}`) }
}

/** Opens what was sealed with `context`; a wrong master key is an operator's mistake with a way out. */
export function openSecret(seal: Seal, sealed: string, context: string): string {
  const plain = seal.open(sealed, context)
  if (plain !== null) return Buffer.from(plain).toString('utf8')
  throw new AppError(
    'master-key',
    `the secret of ${context} does not open with this master key: set ACCUEIL_MASTER_KEY to the key with which it was sealed`,
  )
}
