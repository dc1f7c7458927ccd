import { parsePrefix } from '#core/ip.ts'

/** What a table of places can say; each by the names that people give its column, in French and English. */
const NAMES = {
  code: [
    ...['code', 'code site', 'code lieu', 'code centre', 'code du centre', 'id', 'identifiant'],
    ...['numero', 'reference', 'site', 'site code', 'place code'],
  ],
  name: [
    ...['nom', 'nom du centre', 'nom du lieu', 'nom du site', 'libelle', 'centre', 'lieu'],
    ...['name', 'site name', 'place'],
  ],
  association: [
    ...['association', 'code association', 'association code', 'ad', 'code ad', 'departement'],
    ...['department', 'tenant'],
  ],
  associationName: ['nom association', 'nom de l association', 'association name', 'nom ad'],
  postalAddress: [
    ...['adresse postale', 'adresse du centre', 'adresse du lieu', 'adresse du site', 'rue'],
    ...['postal address', 'street', 'street address', 'physical address'],
  ],
  timezone: ['fuseau', 'fuseau horaire', 'timezone', 'time zone', 'tz'],
  guestSubnets: [
    ...['reseau', 'reseaux', 'sous reseau', 'sous reseaux', 'reseau invites', 'reseau guest'],
    ...['reseau visiteurs', 'invites', 'guest', 'subnet', 'subnets', 'guest subnet'],
    ...['guest subnets', 'guest network', 'network', 'prefix', 'prefixes'],
  ],
  staffSubnets: [
    ...['reseau interne', 'reseau staff', 'reseau benevoles', 'reseau salaries', 'interne'],
    ...['staff', 'staff subnet', 'staff subnets', 'staff network'],
  ],
  guestVlan: ['vlan invites', 'vlan guest', 'guest vlan'],
  staffVlan: ['vlan interne', 'vlan staff', 'vlan benevoles', 'staff vlan', 'vlan'],
  ssid: ['ssid', 'ssid invites', 'wifi', 'nom du wifi', 'guest ssid'],
  grant: ['duree', 'duree d acces', 'grant', 'guest grant'],
  gateway: [
    ...['passerelle', 'nom passerelle', 'nom de la passerelle', 'boitier', 'routeur', 'nas'],
    ...['gateway', 'gateway name', 'router'],
  ],
  address: [
    ...['adresse ip', 'ip', 'ip publique', 'adresse passerelle', 'adresse de la passerelle'],
    ...['ip passerelle', 'address', 'ip address', 'gateway address', 'gateway ip'],
  ],
  secret: ['secret', 'secret radius', 'cle', 'cle radius', 'shared secret', 'gateway secret'],
  kind: [
    ...['type', 'type de passerelle', 'type passerelle', 'modele', 'kind', 'gateway kind'],
    ...['gateway type'],
  ],
} as const satisfies Readonly<Record<string, readonly string[]>>

export type SiteColumn = keyof typeof NAMES

const COLUMN_OF = new Map<string, SiteColumn>(
  (Object.entries(NAMES) as [SiteColumn, readonly string[]][]).flatMap(([column, names]) =>
    names.map((name) => [name, column] as const),
  ),
)

export interface SiteColumns {
  /** The place of each in a row. */
  readonly at: ReadonlyMap<SiteColumn, number>
  /** Headers that say nothing we keep. */
  readonly unused: readonly string[]
  readonly problems: readonly string[]
}

/**
 * Finds the columns. `adresse` alone is where a place is, or where its gateway's packets come from: what stands
 * in it decides.
 */
export function findSiteColumns(
  header: readonly string[],
  rows: readonly { readonly cells: readonly string[] }[],
): SiteColumns {
  const at = new Map<SiteColumn, number>()
  const unused: string[] = []
  const problems: string[] = []
  for (const [i, title] of header.entries()) {
    const name = plainName(title)
    const column = COLUMN_OF.get(name) ?? (name === 'adresse' ? addressOf(rows, i) : undefined)
    if (column === undefined) {
      if (title !== '') unused.push(title)
    } else if (at.has(column)) {
      problems.push(`"${header[at.get(column) ?? 0]}" and "${title}" are the same column twice`)
    } else at.set(column, i)
  }
  if (!at.has('code')) {
    problems.push(
      `has no column for the code of a place: call one "code"; there are ${header.map((title) => `"${title}"`).join(', ')}`,
    )
  }
  return { at, unused, problems }
}

function addressOf(
  rows: readonly { readonly cells: readonly string[] }[],
  column: number,
): SiteColumn | undefined {
  const values = rows.map(({ cells }) => cells[column] ?? '').filter((value) => value !== '')
  const isOfNetwork = values.length > 0 && values.every((value) => parsePrefix(value) !== null)
  if (isOfNetwork) return 'address'
  return values.length > 0 ? 'postalAddress' : undefined
}

/** `Réseau (invités)` as `reseau invites`. */
function plainName(title: string): string {
  return title
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, ' ')
    .trim()
}
