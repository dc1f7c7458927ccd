import { randomBytes } from 'node:crypto'
import type { Fas, NewGateway } from '#db/admin/gateways.ts'
import type { Services } from './services.ts'

/** Kinds that need nothing but what we make ourselves. */
export const OWN_KINDS = ['opennds', 'mikrotik', 'generic'] as const
export type OwnKind = (typeof OWN_KINDS)[number]

/** What both of 802.1X and of disconnects listen to in the files that we make. */
const COA_PORT = 3799

export interface GatewayWish {
  readonly name: string
  readonly kind: OwnKind
  /** CIDR; null: by RadSec. */
  readonly address: string | null
  /** Absent: as the files that we make for its kind have it. */
  readonly coaPort?: number | null | undefined
}

type Tools = Pick<Services, 'seal' | 'publicUrl'>

/** With secrets that nobody is shown: they leave with its files, or not at all. */
export function newGateway(tools: Tools, wish: GatewayWish): NewGateway {
  const { name, kind, address, coaPort = kind === 'generic' ? null : COA_PORT } = wish
  return {
    ...{ name, kind, address, coaPort },
    // No certificate has this: it is made with the files, and its key is kept nowhere.
    certificate: address === null ? randomBytes(32).toString('hex') : null,
    secret: tools.seal.seal(freshSecret(), `gateway:${name}`),
    fas: kind === 'opennds' ? newFas(tools, name) : null,
  }
}

/** Where the portal has TLS, openNDS asks it itself, and nothing of the key passes the phone. */
export function newFas({ seal, publicUrl }: Tools, name: string): Fas {
  const level = publicUrl.protocol === 'https:' ? 3 : 1
  return { level, key: seal.seal(freshSecret(), `fas:${name}`) }
}

function freshSecret(): string {
  return randomBytes(24).toString('base64url')
}
