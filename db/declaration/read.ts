import { readFileSync, statSync } from 'node:fs'
import { dirname, extname, resolve } from 'node:path'
import { LineCounter, isMap, isNode, isScalar, parseDocument } from 'yaml'
import type { Document } from 'yaml'
import type { z } from 'zod'
import { reasonOf } from '#core/error.ts'
import type { Seal } from '#core/seal.ts'
import { LONGEST_LIST_BYTES } from '../lists.ts'
import { INLINE, inlineBytes } from './inline-file.ts'
import { overlap } from '../legal-basis.ts'
import type { PublishTarget } from '../sealing/publish.ts'
import { withDeviceCaFiles } from './device-cas.ts'
import type { DeclaredDeviceCa } from './device-cas.ts'
import type { DeclaredDeviceKey } from './device-keys.ts'
import { caProblem, tellSharedRealms } from './directories.ts'
import type { DeclaredDirectory } from './directories.ts'
import { ownCertificateProblem, tellRealmsOfDirectories } from './proxying.ts'
import type { DeclaredHomeServer } from './proxying.ts'
import type { DeclaredRealm, FileHomeServer } from './proxying-schema.ts'
import type { DeclaredInventory } from './inventory.ts'
import { authorityProblem, radsecKey } from './radsec.ts'
import { givenRoleKey, isDeclared } from './managed.ts'
import type { DeclaredRole } from './roles.ts'
import { declarationSchema } from './schema.ts'
import type { FileDeclaration } from './schema.ts'
import { isSealedValue, openSealedValue, openSealedValues, UNREADABLE } from './sealed-values.ts'
import { publishTargetsOf } from './sealing.ts'

type Organisation = NonNullable<FileDeclaration['organisation']>
type FileTerms = NonNullable<FileDeclaration['terms']>[number]
type FileAuthority = NonNullable<FileDeclaration['authorities']>[number]
type FileList = NonNullable<FileDeclaration['lists']>[number]

/** What the files together say. A section that no file has is undefined: nothing is said of it. */
export interface Declaration {
  readonly organisation: (Omit<Organisation, 'logo'> & { logo: Logo | null }) | undefined
  readonly associations: NonNullable<FileDeclaration['associations']> | undefined
  /** `pem` holds the certificate itself. */
  readonly authorities: readonly (Omit<FileAuthority, 'file'> & { pem: string })[] | undefined
  readonly sites: NonNullable<FileDeclaration['sites']> | undefined
  /** `text` holds the Markdown itself. */
  readonly terms: readonly FileTerms[] | undefined
  readonly legal: NonNullable<FileDeclaration['legal']> | undefined
  /** `content` null: it is fetched. */
  readonly lists: readonly (Omit<FileList, 'file'> & { content: Uint8Array | null })[] | undefined
  readonly rules: NonNullable<FileDeclaration['rules']> | undefined
  /** In their order. */
  readonly policies: NonNullable<FileDeclaration['policies']> | undefined
  readonly accounts: NonNullable<FileDeclaration['accounts']> | undefined
  readonly directories: readonly DeclaredDirectory[] | undefined
  readonly homeServers: readonly DeclaredHomeServer[] | undefined
  readonly realms: readonly DeclaredRealm[] | undefined
  readonly deviceCas: readonly DeclaredDeviceCa[] | undefined
  readonly deviceKeys: readonly DeclaredDeviceKey[] | undefined
  readonly sealing: readonly PublishTarget[] | undefined
  readonly retention: FileDeclaration['retention']
  readonly alerts: FileDeclaration['alerts']
  readonly roles: readonly DeclaredRole[] | undefined
  readonly signIn: FileDeclaration['sign_in']
  readonly enrolment: FileDeclaration['enrolment']
  readonly inventory: DeclaredInventory | undefined
  /** Where each declared thing stands: `house.yaml:12: sites[0]`. */
  readonly origins: ReadonlyMap<object, string>
}

/** Nothing is said of anything. */
export const NOTHING_DECLARED: Declaration = {
  ...{ organisation: undefined, associations: undefined, authorities: undefined, sites: undefined },
  ...{ terms: undefined, legal: undefined, lists: undefined, rules: undefined },
  ...{ policies: undefined, accounts: undefined, directories: undefined, homeServers: undefined },
  ...{ realms: undefined, deviceCas: undefined, deviceKeys: undefined, sealing: undefined },
  ...{ retention: undefined, roles: undefined, signIn: undefined, enrolment: undefined },
  ...{ inventory: undefined, alerts: undefined },
  origins: new Map(),
}

interface Logo {
  readonly type: string
  readonly bytes: Uint8Array
}

export type ReadOutcome =
  | { ok: true; declaration: Declaration }
  | { ok: false; problems: readonly string[] }

const LOGO_TYPES: Readonly<Record<string, string>> = {
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.webp': 'image/webp',
}
const LARGEST_LOGO_BYTES = 64 * 1024
const LARGEST_TEXT_BYTES = 256 * 1024

/** Reads and checks the files; every mistake is named with file, line and key. */
/** `seal` opens what `export` sealed; it is called only where there is such a value. */
export function readDeclaration(
  files: readonly string[],
  seal: () => Seal | null = () => null,
): ReadOutcome {
  const problems: string[] = []
  const parts = files.flatMap((file) => {
    const part = readFile(file, seal, problems)
    return part === null ? [] : [part]
  })
  const joined = joinDeclarations(parts, problems)
  return problems.length > 0 ? { ok: false, problems } : { ok: true, declaration: joined }
}

function readFile(file: string, seal: () => Seal | null, problems: string[]): Declaration | null {
  let source: string
  try {
    source = readFileSync(file, 'utf8')
  } catch (thrown) {
    problems.push(`${file}: cannot be read (${reasonOf(thrown)})`)
    return null
  }
  const lines = new LineCounter()
  const document = parseDocument(source, { lineCounter: lines, uniqueKeys: true })
  for (const error of document.errors) {
    const [first = ''] = error.message.split('\n')
    problems.push(`${file}:${error.linePos?.[0].line ?? 1}: ${first.replace(/ at line .*$/, '')}`)
  }
  if (document.errors.length > 0) return null

  const say = (path: readonly PropertyKey[], what: string): void => {
    problems.push(`${file}:${lineOf(document, lines, path)}: ${nameOf(path)} ${what}`)
  }
  const data: unknown = document.toJS() ?? {}
  const before = problems.length
  openSealedValues(data, seal, say)
  if (problems.length > before) return null
  const parsed = declarationSchema.safeParse(data)
  if (!parsed.success) {
    for (const issue of parsed.error.issues) tell(issue, document, say)
    return null
  }
  const place = (path: readonly PropertyKey[]): string =>
    `${file}:${lineOf(document, lines, path)}: ${nameOf(path)}`
  return withFiles(parsed.data, dirname(resolve(file)), seal, say, place)
}

function tell(
  issue: z.core.$ZodIssue,
  document: Document,
  say: (path: readonly PropertyKey[], what: string) => void,
): void {
  if (issue.code === 'unrecognized_keys') {
    for (const key of issue.keys) say([...issue.path, key], 'is not a key of this format')
    return
  }
  const value: unknown = document.getIn(issue.path)
  if (issue.code === 'invalid_type') {
    if (value === undefined) return say(issue.path, 'is missing')
    const scalar = typeof value === 'number' || typeof value === 'boolean'
    if (issue.expected === 'string' && scalar) {
      return say(issue.path, `must be text: put it in quotes, "${String(value)}"`)
    }
    return say(issue.path, `must be ${WORDS[issue.expected] ?? issue.expected}`)
  }
  say(issue.path, issue.message)
}

const WORDS: Readonly<Record<string, string>> = {
  object: 'a group of keys',
  array: 'a list (lines that begin with "- ")',
  string: 'text',
  int: 'a whole number',
  number: 'a number',
  record: 'a group of keys',
}

/** `sites[0].networks.guest`; the document itself is `the file`. */
function nameOf(path: readonly PropertyKey[]): string {
  const name = path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .replace(/^\./, '')
  return name === '' ? 'the file' : name
}

/** The line of the value at `path`, or of the nearest thing around it that is there. */
function lineOf(document: Document, lines: LineCounter, path: readonly PropertyKey[]): number {
  for (let length = path.length; length >= 0; length -= 1) {
    const node = length === 0 ? document.contents : keyOrItem(document, path.slice(0, length))
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line
  }
  return 1
}

/** The key where the last step is one: its value may begin lines later. */
function keyOrItem(document: Document, path: readonly PropertyKey[]): unknown {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true)
  if (!isMap(parent)) return document.getIn(path, true)
  const pair = parent.items.find(({ key }) => isScalar(key) && key.value === path.at(-1))
  return pair?.key
}

function withFiles(
  data: FileDeclaration,
  folder: string,
  seal: () => Seal | null,
  say: (path: readonly PropertyKey[], what: string) => void,
  place: (path: readonly PropertyKey[]) => string,
): Declaration {
  const load = (name: string, path: readonly PropertyKey[], most: number): Buffer | null => {
    if (name.startsWith(INLINE)) return inlineBytes(name, (what) => say(path, what), most)
    const file = resolve(folder, name)
    try {
      if (statSync(file).size > most) {
        say(path, `names ${file}, which is larger than ${most} bytes`)
        return null
      }
      return readFileSync(file)
    } catch (thrown) {
      say(path, `names ${file}, which cannot be read (${reasonOf(thrown)})`)
      return null
    }
  }
  const logo = (name: string): Logo | null => {
    const type = name.startsWith(INLINE)
      ? Object.values(LOGO_TYPES).find((known) => name.startsWith(`${INLINE}${known};`))
      : LOGO_TYPES[extname(name).toLowerCase()]
    const path = ['organisation', 'logo']
    if (type === undefined) say(path, 'must be an SVG, PNG, JPEG or WebP file')
    const bytes = load(name, path, LARGEST_LOGO_BYTES)
    return type === undefined || bytes === null ? null : { type, bytes }
  }
  const authority = (name: string, path: readonly PropertyKey[]): string => {
    const pem = load(name, path, LARGEST_TEXT_BYTES)?.toString('utf8')
    const problem = pem === undefined ? null : caProblem(pem)
    if (problem !== null) say(path, `names ${resolve(folder, name)}, ${problem}`)
    return pem ?? ''
  }
  const opened = (text: string, path: readonly PropertyKey[]): string => {
    if (!isSealedValue(text)) return text
    const known = seal()
    const plain = known && openSealedValue(known, 'home_servers.*.radsec.key', text.trim())
    if (plain === null) say(path, UNREADABLE)
    return plain ?? ''
  }
  const withCertificates = (server: FileHomeServer, path: readonly PropertyKey[]) => {
    const { radsec } = server
    if (radsec === null) return server
    const ca = radsec.ca === undefined ? undefined : authority(radsec.ca, [...path, 'ca'])
    const pem = (name: string, key: string): string =>
      load(name, [...path, key], LARGEST_TEXT_BYTES)?.toString('utf8') ?? ''
    const certificate = pem(radsec.certificate, 'certificate')
    const key = opened(pem(radsec.key, 'key'), [...path, 'key'])
    const isRead = certificate !== '' && key !== ''
    const problem = isRead ? ownCertificateProblem(certificate, key) : null
    if (problem !== null) say([...path, 'key'], problem)
    return { ...server, radsec: { ...radsec, ca, certificate, key } }
  }
  const { organisation, authorities, terms, lists, directories, ...rest } = data
  const declaration = {
    associations: rest.associations,
    sites: rest.sites,
    legal: rest.legal,
    rules: rest.rules,
    policies: rest.policies,
    accounts: rest.accounts,
    deviceCas: rest.device_ca?.map((ca, i) => withDeviceCaFiles(ca, ['device_ca', i], load, say)),
    deviceKeys: rest.device_keys,
    sealing: publishTargetsOf(rest.sealing, folder),
    retention: rest.retention,
    alerts: rest.alerts,
    roles: rest.roles,
    signIn: rest.sign_in,
    enrolment: rest.enrolment,
    inventory: rest.inventory && {
      netbox: rest.inventory.netbox && {
        ...rest.inventory.netbox,
        ca:
          rest.inventory.netbox.ca &&
          authority(rest.inventory.netbox.ca, ['inventory', 'netbox', 'ca']),
      },
    },
    realms: rest.realms,
    homeServers: rest.home_servers?.map((server, i) =>
      withCertificates(server, ['home_servers', i, 'radsec']),
    ),
    directories: directories?.map((directory, i) => ({
      ...directory,
      ca: directory.ca === undefined ? null : authority(directory.ca, ['directories', i, 'ca']),
    })),
    authorities: authorities?.map(({ file, ...authority }, i) => {
      const path = ['authorities', i, 'file']
      const pem = load(file, path, LARGEST_TEXT_BYTES)?.toString('utf8') ?? null
      const problem = pem === null ? null : authorityProblem(pem)
      if (problem !== null) say(path, `names ${file}, which ${problem}`)
      return { ...authority, pem: pem ?? '' }
    }),
    organisation: organisation && {
      ...organisation,
      logo: organisation.logo === undefined ? null : logo(organisation.logo),
    },
    terms: terms?.map((version, i) => ({
      ...version,
      text: Object.fromEntries(
        Object.entries(version.text).map(([language, name]) => {
          const path = ['terms', i, 'text', language]
          return [language, load(name, path, LARGEST_TEXT_BYTES)?.toString('utf8') ?? '']
        }),
      ),
    })),
    lists: lists?.map(({ file, ...list }, i) => ({
      ...list,
      content:
        file === undefined
          ? null
          : (load(file, ['lists', i, 'file'], LONGEST_LIST_BYTES) ?? new Uint8Array()),
    })),
  }
  return { ...declaration, origins: originsOf(declaration, place) }
}

/** Sections whose key in the file is spelled otherwise. */
const KEYS: Readonly<Record<string, string>> = {
  deviceCas: 'device_ca',
  deviceKeys: 'device_keys',
  homeServers: 'home_servers',
}

function originsOf(
  declaration: Omit<Declaration, 'origins'>,
  place: (path: readonly PropertyKey[]) => string,
): ReadonlyMap<object, string> {
  const origins = new Map<object, string>()
  const {
    organisation: _1,
    retention: _2,
    alerts: _3,
    signIn: _4,
    enrolment: _5,
    inventory: _6,
    ...sections
  } = declaration
  for (const [section, things] of Object.entries(sections)) {
    const key = KEYS[section] ?? section
    for (const [i, thing] of (things ?? []).entries()) origins.set(thing, place([key, i]))
  }
  for (const [i, site] of (declaration.sites ?? []).entries()) {
    for (const [j, gateway] of site.gateways.entries()) {
      origins.set(gateway, place(['sites', i, 'gateways', j]))
    }
  }
  return origins
}

/** One declaration of several files; a thing declared twice is a mistake. */
export function joinDeclarations(parts: readonly Declaration[], problems: string[]): Declaration {
  const all = <
    K extends
      | 'associations'
      | 'sites'
      | 'authorities'
      | 'terms'
      | 'legal'
      | 'lists'
      | 'rules'
      | 'policies'
      | 'accounts'
      | 'directories'
      | 'homeServers'
      | 'realms'
      | 'deviceCas'
      | 'deviceKeys'
      | 'sealing'
      | 'roles',
  >(
    section: K,
  ): Declaration[K] => {
    const given = parts.flatMap((part) => (part[section] === undefined ? [] : [part[section]]))
    return given.length === 0 ? undefined : (given.flat() as unknown as Declaration[K])
  }
  const organisations = parts.flatMap((part) => part.organisation ?? [])
  if (organisations.length > 1) problems.push('organisation is declared in more than one file')
  const retentions = parts.flatMap((part) => part.retention ?? [])
  if (retentions.length > 1) problems.push('retention is declared in more than one file')
  const alerts = parts.flatMap((part) => part.alerts ?? [])
  if (alerts.length > 1) problems.push('alerts is declared in more than one file')
  const signIns = parts.flatMap((part) => part.signIn ?? [])
  if (signIns.length > 1) problems.push('sign_in is declared in more than one file')
  const enrolments = parts.flatMap((part) => part.enrolment ?? [])
  if (enrolments.length > 1) problems.push('enrolment is declared in more than one file')
  const inventories = parts.flatMap((part) => part.inventory ?? [])
  if (inventories.length > 1) problems.push('inventory is declared in more than one file')
  const joined: Declaration = {
    organisation: organisations[0],
    associations: all('associations'),
    sites: all('sites'),
    authorities: all('authorities'),
    terms: all('terms'),
    legal: all('legal'),
    lists: all('lists'),
    rules: all('rules'),
    policies: all('policies'),
    accounts: all('accounts'),
    directories: all('directories'),
    homeServers: all('homeServers'),
    realms: all('realms'),
    deviceCas: all('deviceCas'),
    deviceKeys: all('deviceKeys'),
    sealing: all('sealing'),
    retention: retentions[0],
    alerts: alerts[0],
    roles: all('roles'),
    signIn: signIns[0],
    enrolment: enrolments[0],
    inventory: inventories[0],
    origins: new Map(parts.flatMap((part) => [...part.origins])),
  }
  const gateways = joined.sites?.flatMap((site) => site.gateways)
  const once = <T extends object>(
    what: string,
    things: readonly T[] | undefined,
    nameOfThing: (thing: T) => string,
  ): void => {
    const first = new Map<string, T>()
    for (const thing of things ?? []) {
      const name = nameOfThing(thing)
      const known = first.get(name)
      if (known === undefined) first.set(name, thing)
      else {
        const [here, there] = [joined.origins.get(thing), joined.origins.get(known)]
        problems.push(`${here} declares ${what} "${name}" again, it stands at ${there}`)
      }
    }
  }
  once('the association', joined.associations, ({ code }) => code)
  once('the site', joined.sites, ({ code }) => code)
  once('the gateway', gateways, ({ name }) => name)
  once(
    'the gateway address',
    gateways?.filter(({ address }) => address !== undefined),
    ({ address }) => address ?? '',
  )
  once(
    'the RadSec identity',
    gateways?.filter(({ radsec }) => radsecKey(radsec) !== null),
    ({ radsec }) => radsecKey(radsec) ?? '',
  )
  once('the authority', joined.authorities, ({ name }) => name)
  once('the terms version', joined.terms, ({ version }) => version)
  once('the legal basis', joined.legal, ({ id }) => id)
  once('the list', joined.lists, ({ name }) => name)
  once('the policy', joined.policies, ({ name }) => name)
  once('the account', joined.accounts, ({ username }) => username)
  once('the directory', joined.directories, ({ name }) => name)
  once('the home server', joined.homeServers, ({ name }) => name)
  once('the realm', joined.realms, ({ realm }) => realm)
  once('the device CA', joined.deviceCas, ({ name }) => name)
  once('the device key', joined.deviceKeys, ({ name }) => name)
  once('the role', joined.roles, (grant) =>
    isDeclared(grant) ? `${grant.subject} ${grant.role}` : givenRoleKey(grant),
  )
  once('the place for seals', joined.sealing, ({ target }) => target)
  once('the rule for', joined.rules, (rule) =>
    [rule.domain, rule.network, rule.site, rule.association].filter(Boolean).join(' '),
  )
  tellOverlaps(joined, problems)
  tellSharedRealms(joined.directories ?? [], joined.origins, problems)
  tellRealmsOfDirectories(joined, problems)
  return joined
}

/** Of each connection it must be clear on what its record rests. */
function tellOverlaps({ legal, origins }: Declaration, problems: string[]): void {
  for (const [i, basis] of (legal ?? []).entries()) {
    const other = legal?.slice(0, i).find((earlier) => overlap(basis, earlier))
    if (other === undefined || other.id === basis.id) continue
    problems.push(
      `${origins.get(basis)} "${basis.id}" is in force at the same time as "${other.id}" at ${origins.get(other)}; "until" is the last day, which counts`,
    )
  }
}
