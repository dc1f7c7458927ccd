import { parsePrefix, PrefixTable } from '#core/ip.ts'
import type { Seal } from '#core/seal.ts'
import type { Database } from '#db/connection.ts'
import { loadTokenVersions } from '#db/dns-tokens.ts'
import type { TokenVersions } from '#db/dns-tokens.ts'
import { loadGatewaySettings } from '#db/gateway-settings.ts'
import { loadGateways } from '#db/gateways.ts'
import { loadGuestPlaces } from '#db/guest-places.ts'
import type { GuestPlace } from '#db/guest-places.ts'
import { loadLegalBases } from '#db/legal-basis.ts'
import type { LegalBasis } from '#db/legal-basis.ts'
import { DEFAULT_ZONE, loadOrganisation } from '#db/organisation.ts'
import { loadNetworks } from '#db/sites.ts'
import type { Network } from '#db/sites.ts'
import { effectiveTerms, loadTerms } from '#db/terms.ts'
import type { Terms, TermsText } from '#db/terms.ts'
import type { PortalGateway } from './gateways/gateway.ts'
import { createLook } from './look.ts'
import type { Look } from './look.ts'
import type { MadePiece } from './made-terms.ts'
import type { RenderMarkdown, Rendered } from './markdown.ts'
import { readableBy } from './text/language.ts'
import type { Language } from './text/language.ts'

/** What the portal holds in memory, so that pages are served whatever the database does. */
export interface House {
  readonly look: Look
  /** IANA name: by its clock pages tell what is of no place. */
  readonly zone: string
  readonly gateways: ReadonlyMap<string, PortalGateway>
  readonly networks: PrefixTable<Network>
  /** By the code of the place. */
  readonly guestPlaces: ReadonlyMap<string, GuestPlace>
  readonly legalBases: readonly LegalBasis[]
  /** Of the tokens by which the DNS filter knows the places. */
  readonly dnsTokens: TokenVersions
  readonly terms: readonly Terms[]
  /** By the text's SHA-256. */
  readonly rendered: ReadonlyMap<string, Rendered>
  /** Pages made from this house, in pieces, as they are asked for. */
  readonly made: Map<string, readonly MadePiece[]>
}

/** Before the first load. */
export function emptyHouse(): House {
  return {
    look: createLook(null),
    zone: DEFAULT_ZONE,
    gateways: new Map(),
    networks: new PrefixTable<Network>([]),
    guestPlaces: new Map(),
    legalBases: [],
    dnsTokens: new Map(),
    terms: [],
    rendered: new Map(),
    made: new Map(),
  }
}

export async function loadHouse(
  database: Database,
  seal: Seal,
  render: RenderMarkdown,
): Promise<House> {
  const [organisation, gateways, settings, networks, terms, legalBases, guestPlaces, dnsTokens] =
    await Promise.all([
      loadOrganisation(database),
      loadGateways(database, seal),
      loadGatewaySettings(database, seal),
      loadNetworks(database),
      loadTerms(database),
      loadLegalBases(database),
      loadGuestPlaces(database),
      loadTokenVersions(database),
    ])
  return {
    look: createLook(organisation),
    zone: organisation?.timezone ?? DEFAULT_ZONE,
    gateways: new Map(
      gateways.map((gateway) => [
        gateway.name,
        { ...gateway, settings: settings.get(gateway.name) ?? {} },
      ]),
    ),
    networks: new PrefixTable(networks.flatMap(subnetsOf)),
    guestPlaces,
    legalBases,
    dnsTokens,
    terms,
    made: new Map(),
    rendered: new Map(
      terms.flatMap(({ texts }) => texts.map((text) => [text.sha256, render(text.markdown)])),
    ),
  }
}

function subnetsOf(network: Network): readonly (readonly [string, Network])[] {
  return network.subnets
    .filter((subnet) => parsePrefix(subnet) !== null)
    .map((subnet) => [subnet, network] as const)
}

/** One version of the terms in the language nearest to the reader's. */
export interface TermsShown {
  readonly version: string
  readonly effective: Date
  readonly text: TermsText
  readonly rendered: Rendered
}

/** The terms in force, in `language` or one that its readers know, else in the first that there is. */
export function termsInForce(house: House, language: Language, now: number): TermsShown | null {
  const terms = effectiveTerms(house.terms, now)
  if (terms === null) return null
  const text = nearestText(terms.texts, language)
  const rendered = text === undefined ? undefined : house.rendered.get(text.sha256)
  if (text === undefined || rendered === undefined) return null
  return { version: terms.version, effective: terms.effective, text, rendered }
}

function nearestText(texts: readonly TermsText[], language: Language): TermsText | undefined {
  for (const wanted of readableBy(language)) {
    const text = texts.find((one) => one.language === wanted)
    if (text !== undefined) return text
  }
  return texts[0]
}

/** On what the record of guests rests today, as the organisation declared it. */
export function legalBasisOf(house: House, now: number): string | null {
  const today = new Date(now).toISOString().slice(0, 10)
  const basis = house.legalBases.findLast(
    ({ network, from, until }) =>
      network !== 'staff' && from <= today && (until === null || today <= until),
  )
  return basis?.text ?? null
}
