import type { Seal } from '#core/seal.ts'
import type { Database } from './connection.ts'
import type { NetworkKind } from './sites.ts'
import type { RowsQuery } from './sum-of-rows.ts'

/** Whom a token stands for. */
export interface TokenOwner {
  readonly site: string
  readonly network: NetworkKind
  /** Null: the network itself. */
  readonly device: string | null
}

export interface DnsToken extends TokenOwner {
  readonly token: string
  /** Milliseconds since the epoch; null: as long as it is not replaced. */
  readonly until: number | null
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz234567'
/** 26 letters have 130 bits: nobody guesses one, and it fits a label of a name (RFC 4648 base 32). */
const LENGTH = 26

/**
 * The token by which a place behind NAT is known to the filter: first label of the server name of DNS over
 * TLS, last part of the path of DNS over HTTPS, CPE-ID of a resolver that forwards. Derived, so that every
 * node knows it and no table holds it.
 */
function dnsToken(seal: Seal, { site, network, device }: TokenOwner, version: number): string {
  const digest = seal.digest(`${site}\0${network}\0${device ?? ''}\0${version}`, 'dns-token')
  // As one number of 17 octets, from its end: five bits a letter.
  const letters: string[] = []
  let bits = 0
  let held = 0
  for (let at = 16; letters.length < LENGTH; held -= 5, bits >>= 5) {
    if (held < 5) {
      bits |= (digest[at--] ?? 0) << held
      held += 8
    }
    letters.push(LETTERS.charAt(bits & 31))
  }
  return letters.join('')
}

const ownerRows: RowsQuery<TokenOwner> = ({ sql }) => sql`
    select site, kind as network, null as device from house.network
    union all select site, network, name from house.filter_device`

const rotatedRows: RowsQuery<RotatedRow> = ({ sql }) => sql`
    select site, network, device, version, former_until as "formerUntil" from house.dns_token`

export const TOKEN_ROWS = [ownerRows, rotatedRows] as const

/** All that are valid: of each network and each device, and those before that still are. */
export async function loadDnsTokens(
  database: Pick<Database, 'sql'>,
  seal: Seal,
): Promise<readonly DnsToken[]> {
  const owners = await ownerRows(database)
  const rotated = await rotatedRows(database)
  const versions = new Map(rotated.map((row) => [keyOf(row.site, row.network, row.device), row]))
  return owners.flatMap((owner): DnsToken[] => {
    const row = versions.get(keyOf(owner.site, owner.network, owner.device ?? ''))
    const version = row?.version ?? 1
    const current = { ...owner, token: dnsToken(seal, owner, version), until: null }
    if (row === undefined || version === 1) return [current]
    const former = dnsToken(seal, owner, version - 1)
    return [current, { ...owner, token: former, until: row.formerUntil.getTime() }]
  })
}

interface RotatedRow {
  readonly site: string
  readonly network: NetworkKind
  readonly device: string
  readonly version: number
  readonly formerUntil: Date
}

/** Of the tokens that were replaced, the number of the one in force; any other is the first. By owner. */
export type TokenVersions = ReadonlyMap<string, number>

export async function loadTokenVersions({
  kysely,
}: Pick<Database, 'kysely'>): Promise<TokenVersions> {
  const rows = await kysely
    .selectFrom('house.dns_token')
    .select(['site', 'network', 'device', 'version'])
    .execute()
  return new Map(rows.map((row) => [keyOf(row.site, row.network, row.device), row.version]))
}

/** The token in force, from memory. */
export function tokenInForce(seal: Seal, owner: TokenOwner, versions: TokenVersions): string {
  const { site, network, device } = owner
  return dnsToken(seal, owner, versions.get(keyOf(site, network, device ?? '')) ?? 1)
}

/** The token in force, for the files of a gateway and for who asks. */
export async function dnsTokenOf(
  { kysely }: Pick<Database, 'kysely'>,
  seal: Seal,
  owner: TokenOwner,
): Promise<string> {
  const row = await kysely
    .selectFrom('house.dns_token')
    .select('version')
    .where('site', '=', owner.site)
    .where('network', '=', owner.network)
    .where('device', '=', owner.device ?? '')
    .executeTakeFirst()
  return dnsToken(seal, owner, row?.version ?? 1)
}

/** Gives a new one; the one before is valid until then, for a gateway that is told later. */
export async function rotateDnsToken(
  { kysely }: Pick<Database, 'kysely'>,
  { site, network, device }: TokenOwner,
  formerUntil: Date,
): Promise<void> {
  await kysely
    .insertInto('house.dns_token')
    .values({ site, network, device: device ?? '', version: 2, former_until: formerUntil })
    .onConflict((conflict) =>
      conflict.columns(['site', 'network', 'device']).doUpdateSet((eb) => ({
        version: eb('house.dns_token.version', '+', 1),
        former_until: formerUntil,
      })),
    )
    .execute()
}

function keyOf(site: string, network: string, device: string): string {
  return `${site}\0${network}\0${device}`
}
