import { randomBytes } from 'node:crypto'
import type { Kysely } from 'kysely'
import type { Seal } from '#core/seal.ts'
import type { Tables } from '../tables.ts'
import { readFilters } from '../declaration/export/filters.ts'
import { writeSites } from '../declaration/export/places.ts'
import type { Said } from '../declaration/export/writing.ts'
import { joinDeclarations, NOTHING_DECLARED } from '../declaration/read.ts'
import type { ReadOutcome } from '../declaration/read.ts'
import { declarationSchema } from '../declaration/schema.ts'
import type { SiteColumn } from './site-columns.ts'

/** One line of an inventory: what it says of a place, by column; what it leaves empty stays as it is. */
export interface SiteLine {
  /** `places.csv:12` */
  readonly origin: string
  readonly say: (column: SiteColumn) => string | null
}

/** A place in the format of `apply`. */
interface Place extends Said {
  readonly code: string
  readonly networks: Readonly<Record<string, Said>>
  readonly gateways: readonly Gateway[]
}

interface Gateway extends Said {
  readonly name: string
}

/**
 * The declaration that these lines are: each place as it is now, with what its lines say of it. A gateway that is
 * new and has no secret is given one.
 */
export async function declarationOf(
  lines: readonly SiteLine[],
  {
    kysely,
    seal,
    outOfUse = new Set(),
  }: {
    readonly kysely: Kysely<Tables>
    readonly seal: Seal
    /** Places that are there no more: they keep their networks and lose their gateways. */
    readonly outOfUse?: ReadonlySet<string>
  },
): Promise<ReadOutcome> {
  const problems: string[] = []
  const house = await presentPlaces(kysely, seal)
  const origins = new Map<string, string>()
  const places = new Map<string, Place>()
  for (const line of lines) {
    const code = line.say('code')
    if (code === null) {
      problems.push(`${line.origin}: has no code`)
      continue
    }
    const again = places.get(code)
    if (again !== undefined && !isOfSamePlace(line, again)) {
      problems.push(
        `${line.origin}: has the place "${code}" again, which stands at ${origins.get(code)}; another line of a place is for another gateway`,
      )
      continue
    }
    origins.set(code, origins.get(code) ?? line.origin)
    places.set(code, withLine(again ?? house.places.get(code) ?? fresh(code), line, house))
  }
  for (const code of outOfUse) {
    const present = house.places.get(code)
    if (present !== undefined && !places.has(code)) places.set(code, { ...present, gateways: [] })
  }
  const sites = withoutMoved([...places.values()], lines)
  const associations = newAssociations(lines, house.associations)
  const read = declarationSchema.safeParse({ version: 1, associations, sites })
  for (const { path, message } of read.error?.issues ?? []) {
    const [section, i, ...rest] = path
    const site = section === 'sites' && typeof i === 'number' ? sites[i] : undefined
    const where = site === undefined ? '' : `${origins.get(site.code) ?? site.code}: `
    problems.push(`${where}${nameOf(rest.length === 0 ? path : rest)} ${message}`)
  }
  if (!read.success) return { ok: false, problems }
  const declared = read.data.sites ?? []
  const things = declared.flatMap((site) => {
    const origin = `${origins.get(site.code)}: place ${site.code}`
    return [site, ...site.gateways].map((thing): [object, string] => [thing, origin])
  })
  const declaration = joinDeclarations(
    [
      {
        ...NOTHING_DECLARED,
        associations: read.data.associations,
        sites: declared,
        origins: new Map(things),
      },
    ],
    problems,
  )
  return problems.length > 0 ? { ok: false, problems } : { ok: true, declaration }
}

interface PresentHouse {
  readonly places: ReadonlyMap<string, Place>
  /** By name, wherever it is. */
  readonly gateways: ReadonlyMap<string, Gateway>
  /** Codes, and names that are one association's alone. */
  readonly associations: ReadonlyMap<string, string>
}

async function presentPlaces(kysely: Kysely<Tables>, seal: Seal): Promise<PresentHouse> {
  const writing = { kysely, seal, secret: (_: string, plain: string) => plain, attach: () => '' }
  const places = (await writeSites(writing, await readFilters(writing))) as readonly Place[]
  const associations = await kysely.selectFrom('house.association').selectAll().execute()
  const byName = Map.groupBy(associations, ({ name }) => name.toLowerCase())
  return {
    places: new Map(places.map((place) => [place.code, place])),
    gateways: new Map(
      places.flatMap(({ gateways }) => gateways.map((gateway) => [gateway.name, gateway])),
    ),
    associations: new Map([
      ...Array.from(byName.values())
        .filter((same) => same.length === 1)
        .flatMap((same) => same.map(({ name, code }) => [name.toLowerCase(), code] as const)),
      ...associations.map(({ code }) => [code.toLowerCase(), code] as const),
    ]),
  }
}

function fresh(code: string): Place {
  return { code, managed: 'pages', networks: {}, gateways: [] }
}

/** A second line of a place may repeat what the first one said, and name another gateway. */
function isOfSamePlace({ say }: SiteLine, place: Place): boolean {
  const gateway = say('gateway')
  const isOther = gateway !== null && place.gateways.every(({ name }) => name !== gateway)
  return isOther && (say('name') === null || say('name') === place['name'])
}

function withLine(place: Place, { say }: SiteLine, house: PresentHouse): Place {
  const given = (column: SiteColumn, key: string): Said => {
    const value = say(column)
    return value === null ? {} : { [key]: value }
  }
  const association = say('association')
  return {
    ...place,
    ...given('name', 'name'),
    ...(association === null ? {} : { association: codeOf(association, house.associations) }),
    ...given('timezone', 'timezone'),
    ...given('postalAddress', 'address'),
    networks: {
      ...withNetwork(place.networks, 'guest', {
        ...subnetsOf(say('guestSubnets')),
        ...vlanOf(say('guestVlan')),
        ...given('ssid', 'ssid'),
        ...given('grant', 'grant'),
      }),
      ...withNetwork(place.networks, 'staff', {
        ...subnetsOf(say('staffSubnets')),
        ...vlanOf(say('staffVlan')),
      }),
    },
    gateways: withGateway(place, say, house),
  }
}

/** By code or name; a spreadsheet takes the zero of 01 away. */
function codeOf(association: string, known: PresentHouse['associations']): string {
  const said = association.toLowerCase()
  return known.get(said) ?? (/^\d$/.test(said) ? known.get(`0${said}`) : undefined) ?? association
}

function withNetwork(
  networks: Readonly<Record<string, Said>>,
  kind: 'guest' | 'staff',
  given: Said,
): Readonly<Record<string, Said>> {
  const present = networks[kind]
  // A VLAN or a name alone makes no network that there is not.
  if (present === undefined && given['subnets'] === undefined) return {}
  return { [kind]: { ...present, ...given } }
}

function subnetsOf(cell: string | null): Said {
  return cell === null ? {} : { subnets: cell.split(/[\s,;|]+/).filter((one) => one !== '') }
}

function vlanOf(cell: string | null): Said {
  return cell === null ? {} : { vlan: /^\d{1,5}$/.test(cell) ? Number(cell) : cell }
}

function withGateway(
  { code, gateways }: Place,
  say: SiteLine['say'],
  house: PresentHouse,
): readonly Gateway[] {
  const [only] = gateways
  const [address, secret, kind] = [say('address'), say('secret'), say('kind')]
  const isMeant = [address, secret, kind].some((cell) => cell !== null)
  const unnamed = isMeant ? (gateways.length === 1 ? only?.name : `gw-${code}`) : undefined
  const name = say('gateway') ?? unnamed
  if (name === undefined) return gateways
  const present = gateways.find((gateway) => gateway.name === name) ?? house.gateways.get(name)
  const gateway: Gateway = {
    ...(present ?? { secret: randomBytes(SECRET_BYTES).toString('base64url'), kind: 'generic' }),
    name,
    ...(address === null ? {} : { address }),
    ...(secret === null ? {} : { secret }),
    ...(kind === null ? {} : { kind: kind.toLowerCase() }),
  }
  return [...gateways.filter((other) => other.name !== name), gateway]
}

const SECRET_BYTES = 24

/** A gateway that a line names elsewhere has left the place where it was. */
function withoutMoved(places: readonly Place[], lines: readonly SiteLine[]): readonly Place[] {
  const claims = Map.groupBy(lines, ({ say }) => say('gateway'))
  const isClaimed = (name: string, code: string): boolean => {
    const claimed = claims.get(name)
    return claimed === undefined || claimed.some(({ say }) => say('code') === code)
  }
  return places.map((place) => ({
    ...place,
    gateways: place.gateways.filter(({ name }) => isClaimed(name, place.code)),
  }))
}

function newAssociations(
  lines: readonly SiteLine[],
  known: ReadonlyMap<string, string>,
): readonly { code: string; name: string }[] {
  const named = lines.flatMap(({ say }) => {
    const [code, name] = [say('association'), say('associationName')]
    const isNew = code !== null && !known.has(code.toLowerCase())
    return isNew && name !== null ? [[code, name] as const] : []
  })
  return Array.from(new Map(named), ([code, name]) => ({ code, name }))
}

/** `networks.guest.subnets[0]` */
function nameOf(path: readonly PropertyKey[]): string {
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .replace(/^\./, '')
}
