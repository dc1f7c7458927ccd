import type { Seal } from '#core/seal.ts'
import type { Database } from './connection.ts'
import { openSecret } from './gateways.ts'

export const GIVEN_BY_HOME = ['vlan', 'filter', 'bandwidth', 'tunnel-password'] as const
/** What a home server may decide about a network that is ours. */
export type GivenByHome = (typeof GIVEN_BY_HOME)[number]

/** A server elsewhere that knows the people of a realm. */
export interface HomeServer {
  readonly name: string
  /** Over UDP an IP address. */
  readonly address: string
  readonly transport:
    | {
        readonly kind: 'udp'
        readonly port: number
        readonly accountingPort: number
        readonly secret: string
      }
    | {
        readonly kind: 'radsec'
        readonly port: number
        /** In its certificate. */
        readonly tlsName: string
        /** The only authorities that it is believed from; null: those of this machine. */
        readonly caPem: string | null
        /** What we show it. */
        readonly own: { readonly chainPem: string; readonly keyPem: string }
      }
  /** Its replies have a Message-Authenticator, and one without is not its own (CVE-2024-3596). */
  readonly signsReplies: boolean
  /** It answers Status-Server (RFC 5997). */
  readonly statusServer: boolean
}

/** Names of whom are answered elsewhere, or expressly here. */
export interface Realm {
  /** Lower case; `*` for all that nobody else answers for. */
  readonly realm: string
  /** In the order in which they are asked; none: it is answered here. */
  readonly servers: readonly string[]
  /** They know its people without the realm. */
  readonly strip: boolean
  /** They are told of sessions too. */
  readonly accounting: boolean
  /** Null: that of the place's staff network. */
  readonly vlan: number | null
  /** Which groups its people count as, for the policy. */
  readonly groups: readonly string[]
  readonly gives: ReadonlySet<GivenByHome>
  /** Operator-Name (RFC 5580) that they are told; null: none. */
  readonly operator: string | null
}

export interface Proxying {
  /** 16 octets, the same in every process of a fleet and in no other fleet. */
  readonly tag: Uint8Array
  readonly servers: readonly HomeServer[]
  readonly realms: readonly Realm[]
}

export const NO_PROXYING: Proxying = { tag: new Uint8Array(16), servers: [], realms: [] }

export async function loadProxying(
  { kysely }: Pick<Database, 'kysely'>,
  seal: Seal,
): Promise<Proxying> {
  const identity = await kysely
    .selectFrom('staff.proxy_identity')
    .select('tag')
    .executeTakeFirstOrThrow()
  const servers = await kysely.selectFrom('staff.home_server').selectAll().orderBy('name').execute()
  const realms = await kysely.selectFrom('staff.realm').selectAll().orderBy('realm').execute()
  return {
    tag: Buffer.from(identity.tag.replaceAll('-', ''), 'hex'),
    servers: servers.map((row) => homeServerOf(row, seal)),
    realms: realms.map((row) => ({ ...row, gives: new Set(row.gives) })),
  }
}

interface Row {
  readonly name: string
  readonly address: string
  readonly port: number
  readonly accounting_port: number | null
  readonly secret: string | null
  readonly signs_replies: boolean
  readonly status_server: boolean
  readonly tls_name: string | null
  readonly ca_pem: string | null
  readonly certificate_pem: string | null
  readonly key_pem: string | null
}

function homeServerOf(row: Row, seal: Seal): HomeServer {
  const { name, address, port } = row
  return {
    name,
    address,
    signsReplies: row.signs_replies,
    statusServer: row.status_server,
    transport:
      row.tls_name === null
        ? {
            kind: 'udp',
            port,
            accountingPort: row.accounting_port ?? port + 1,
            secret: openSecret(seal, row.secret ?? '', `home-server:${name}`),
          }
        : {
            kind: 'radsec',
            port,
            tlsName: row.tls_name,
            caPem: row.ca_pem,
            own: {
              chainPem: row.certificate_pem ?? '',
              keyPem: openSecret(seal, row.key_pem ?? '', `home-server-key:${name}`),
            },
          },
  }
}
