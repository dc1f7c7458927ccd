import { AppError } from '#core/error.ts'
import type { Clock } from '#core/clock.ts'
import { zoneServersOf } from '#db/filters.ts'
import { SERVICES } from '#db/filter-services.ts'
import { openBlob } from '../lists/blob.ts'
import { compileLists } from '../lists/compile.ts'
import { createListIndex, NO_LISTS } from '../lists/list-index.ts'
import { ListReader } from '../lists/list-reader.ts'
import { nameFromText, textOfName } from '../message/name.ts'
import { Suffixes } from '../names/suffixes.ts'
import { BROWSER_CANARIES, OTHER_RESOLVERS, PRIVATE_RELAYS } from './bypass-names.ts'
import type { Client } from './client.ts'
import type { House } from './explain.ts'
import { Policy } from './policy.ts'
import { exemptNames } from './reserved-names.ts'

/** What a policy says of one name. */
export interface PolicyLine {
  /** Wire form, lower case. */
  readonly name: Uint8Array
  /** Of the name, of what is below it and named nowhere, and of what is below the name above it. */
  readonly itself: PolicyWord
  readonly below: PolicyWord
  readonly above: PolicyWord
  /** A list, a rule or a service speaks of it; else it only stands between names that are named. */
  readonly isNamed: boolean
  /**
   * A zone needs it: it says something else than the name above, or something below it does. Whatever has
   * something below is there in a zone, and no longer under the wildcard above (RFC 4592 section 2.2.2).
   */
  readonly isInZone: boolean
}
export type PolicyWord = 'pass' | 'nxdomain' | 'nodata'

const LINES_A_TURN = 4096
/** Before a name: no list, rule or service names what begins with it. */
const NOWHERE = Buffer.from('\x1faccueil-names-nothing-like-this', 'latin1')

/**
 * A client's policy at this moment: of each name that a list, a rule or a service speaks of, what the code
 * that answers decides. All other names are as the nearest of these above them says of what is below it.
 */
export async function* exportPolicy(
  house: House,
  client: Client,
  clock: Clock,
): AsyncGenerator<PolicyLine> {
  const policy = new Policy(house.ownHosts, clock)
  policy.useRules(house.rules)
  policy.useFilters(house.filters, house.garden)
  policy.useLists({ ...NO_LISTS, lists: house.heads })
  const { lists } = policy.of(client)
  const heads = house.heads.filter((_, i) => lists[i] !== 0)
  const texts = new Map<string, Uint8Array>()
  for (const { name } of heads) texts.set(name, await house.readText(name))
  policy.useLists(indexOf(heads, texts))

  const suffixes = new Suffixes()
  function word(name: Uint8Array): PolicyWord {
    suffixes.read(name, 0)
    const reserved = policy.reserved.find(suffixes)?.kind ?? null
    const held = policy.of(client)
    if (reserved === 'internal') return client.network === 'guest' ? 'nxdomain' : 'pass'
    if (reserved === 'canary' && held.isBypassClosed) return 'nxdomain'
    if (reserved !== null && reserved !== 'canary') return 'pass'
    const { reason } = policy.decide(suffixes, client)
    if (reason === null) return 'pass'
    return reason.answer === 'nodata' ? 'nodata' : 'nxdomain'
  }

  const told = new Set<string>()
  const between = new Set<string>()
  function* tell(name: Uint8Array, isNamed: boolean): Generator<PolicyLine> {
    const seen = isNamed ? told : between
    const key = Buffer.from(name).toString('latin1')
    if (seen.has(key)) return
    seen.add(key)
    const parent = name.subarray((name[0] ?? 0) + 1)
    const line = { above: word(below(parent)), itself: word(name), below: word(below(name)) }
    const isOwn = line.itself !== line.above || line.below !== line.above
    const isInZone = isNamed ? isOwn && !between.has(key) : line.above !== 'pass' || isOwn
    if (isOwn) between.add(key)
    if (isNamed || isInZone) yield { name, ...line, isNamed, isInZone }
    if ((isOwn || !isNamed) && parent.length > 1) yield* tell(parent, false)
  }

  const others = house.filters.filters.flatMap(({ always, internal, forward }) => [
    ...always,
    ...internal,
    ...zoneServersOf(forward).keys(),
  ])
  const garden = house.garden.map((name) => name.replace(/^\*\./, ''))
  const named = [
    ...exemptNames({ hosts: house.ownHosts, always: garden }),
    ...others,
    ...house.rules.map(({ domain }) => domain),
    ...[...BROWSER_CANARIES, ...PRIVATE_RELAYS, ...OTHER_RESOLVERS],
    ...Object.values(SERVICES).flat(),
  ]
  for (const domain of named) {
    const wire = nameFromText(domain)
    if (wire !== null) yield* tell(wire, true)
  }
  for (const text of texts.values()) {
    const names: Uint8Array[] = []
    const reader = new ListReader(text, ({ name }) => names.push(name))
    for (let more = true; more;) {
      more = reader.read(LINES_A_TURN)
      for (const name of names) yield* tell(name, true)
      names.length = 0
    }
  }
}

function below(name: Uint8Array): Uint8Array {
  const whole = Buffer.concat([NOWHERE, name])
  // A name of nearly 255 octets has nothing below it that could be asked for, but a short label.
  return whole.length <= 255 ? whole : Buffer.concat([Buffer.from('\x01-'), name]).subarray(0, 255)
}

function indexOf(heads: House['heads'], texts: ReadonlyMap<string, Uint8Array>) {
  const { parts, failures } = compileLists(
    heads.map(({ name, sha256 }) => ({
      ...{ name, sha256 },
      read: () => texts.get(name) ?? new Uint8Array(),
    })),
  )
  const [failed] = failures
  if (failed !== undefined) throw new AppError('list', `list "${failed.list}": ${failed.reason}`)
  const opened = openBlob(new Uint8Array(Buffer.concat(parts)))
  if (!opened.ok) throw new AppError('list', `the lists could not be compiled: ${opened.reason}`)
  return createListIndex(opened.blob, opened.bytes, heads, () => null)
}

export const EXPORT_FORMATS = ['rpz', 'domains', 'hosts'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

/** The lines in a format, and how many of what they say it cannot say. */
export interface PolicyWriter {
  write(line: PolicyLine): string
  /** By what it is: shown to who asked for it. */
  readonly lost: Readonly<Record<string, number>>
}

export function policyWriter(
  format: ExportFormat,
  fits: (name: Uint8Array) => boolean,
): PolicyWriter {
  const lost: Record<string, number> = {}
  const lose = (what: string): string => {
    lost[what] = (lost[what] ?? 0) + 1
    return ''
  }
  const writers: Readonly<Record<ExportFormat, PolicyWriter['write']>> = {
    rpz(line) {
      const { name, itself, below: under, above, isInZone } = line
      if (!isInZone) return ''
      if (!fits(name)) return lose('names too long for the zone')
      const owner = textOfName(name)
      const one = (before: string, word: PolicyWord): string =>
        word === 'pass' && above === 'pass' ? '' : `${before}${owner} CNAME ${TARGETS[word]}\n`
      return one('', itself) + one('*.', under)
    },
    domains({ name, itself, below: under, above, isNamed }) {
      if (!isNamed || (isBlock(above) && isBlock(itself) && isBlock(under))) return ''
      if (isBlock(above)) return lose('exceptions')
      if (isBlock(itself) && isBlock(under)) return `${textOfName(name)}\n`
      return isBlock(itself) || isBlock(under) ? lose('names alone, or all but their own') : ''
    },
    hosts({ name, itself, below: under, isNamed }) {
      if (!isNamed) return ''
      if (isBlock(under)) lose('names with all below them: here without those')
      return isBlock(itself) ? `0.0.0.0 ${textOfName(name)}\n` : ''
    },
  }
  return { write: writers[format], lost }
}

const TARGETS: Readonly<Record<PolicyWord, string>> = {
  pass: 'rpz-passthru.',
  nxdomain: '.',
  nodata: '*.',
}

function isBlock(word: PolicyWord): boolean {
  return word !== 'pass'
}
