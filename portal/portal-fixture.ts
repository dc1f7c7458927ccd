import { createCipheriv, createHash, createHmac } from 'node:crypto'
import { PrefixTable } from '#core/ip.ts'
import { silentLog } from '#core/log.ts'
import { createMetrics } from '#core/metrics.ts'
import type { Problem } from '#core/role.ts'
import { createSeal } from '#core/seal.ts'
import type { Acceptance } from '#db/acceptances.ts'
import { BoundedMap } from '#core/bounded-map.ts'
import type { PendingOpening } from '#db/openings.ts'
import type { Receipted } from '#db/receipts.ts'
import type { Return } from '#db/returns.ts'
import type { AccountingRecord } from '#db/accounting-record.ts'
import type { LegalBasis } from '#db/legal-basis.ts'
import type { Organisation } from '#db/organisation.ts'
import type { Network } from '#db/sites.ts'
import { effectiveTerms } from '#db/terms.ts'
import type { Terms } from '#db/terms.ts'
import type { UnblockRequest } from '#db/unblock-requests.ts'
import type { Hono } from 'hono'
import type { RoleGrant } from '#core/rights.ts'
import type { Database } from '#db/connection.ts'
import type { AdminAccess } from './api/admin/access.ts'
import type { LoginAnswer, LoginQuestion } from './api/logins.ts'
import { createApp } from './app.ts'
import type { FilterVerdict } from './filter/verdict.ts'
import { adapterOf } from './gateways/adapters.ts'
import type { Device, PortalGateway } from './gateways/gateway.ts'
import { scriptedWorld } from './gateways/testing/scripted-world.ts'
import type { ScriptedWorld } from './gateways/testing/scripted-world.ts'
import { createCounters } from './counters.ts'
import type { Counters } from './counters.ts'
import type { House } from './house.ts'
import { LIMITS } from './limits.ts'
import { createLook } from './look.ts'
import { createMarkdown } from './markdown.ts'
import type { PlaceFiles } from './place-files.ts'
import type { Services } from './services.ts'
import { createRateLimit } from '#core/rate-limit.ts'
import type { Person } from '#db/people.ts'
import { memoryEnrolment } from './enrolment/testing/memory-enrolment.ts'
import { memoryInternal } from './internal/testing/memory-internal.ts'
import type { MemoryInternal } from './internal/testing/memory-internal.ts'
import type { MemoryEnrolment } from './enrolment/testing/memory-enrolment.ts'
import { formToken } from './staff/form-token.ts'
import { TOKEN_FIELD } from './staff/staff-layout.ts'
import { loadStaticFiles } from './static-files.ts'
import { noScim } from './scim/testing/no-scim.ts'
import { HELENE, memoryStaff } from './staff/testing/memory-staff.ts'

/** A portal for tests: real pages, real seal, a house in memory, a database that does as it is told. */

export const NOW = Date.parse('2026-06-01T10:00:00Z')
export const FAS_KEY = '1234567890'
export const HID = '221b37fcdb52d0f7c39bbd0be211db0e1c00ca5fbecd5788780463026c6b964b'
const SECRET = 'testing123'
const FILES = loadStaticFiles()

export const TERMS_FR = `# Conditions d’utilisation

Ce Wi-Fi est offert à toutes les personnes accueillies ici.

## Ce qui est permis

- Écrire, appeler, chercher un emploi, faire vos démarches.
- Regarder une vidéo, en pensant aux autres : la connexion est partagée.

## Ce qui ne l’est pas

- Ce que la loi interdit : télécharger des œuvres protégées, menacer, harceler.
- Gêner les autres ou chercher à entrer dans leurs appareils.

Vous êtes responsable de ce que vous faites avec cette connexion.
`
const TERMS_EN = `# Terms of use

This Wi-Fi is offered to everyone who is welcomed here.

## What you may do

- Write, call, look for work, deal with public services.
- Watch a video, with a thought for others: the connection is shared.

## What you may not do

- What the law forbids: downloading protected works, threats, harassment.
- Disturbing others or trying to enter their devices.

You are responsible for what you do with this connection.
`

const GUEST: Network = {
  site: '75-0042',
  siteName: 'Centre Nation',
  association: '75',
  timezone: 'Europe/Paris',
  kind: 'guest',
  vlan: null,
  grantSeconds: 30 * 86_400,
  subnets: ['192.168.77.0/24'],
  nat: null,
  captive: null,
}

const STAFF: Network = {
  ...GUEST,
  kind: 'staff',
  vlan: 20,
  subnets: ['192.168.78.0/24'],
}

const PLACE = { site: '75-0042', siteName: 'Centre Nation', association: '75' }

export const GENERIC: PortalGateway = {
  ...PLACE,
  name: 'gw-0042',
  address: '127.0.0.1/32',
  secret: SECRET,
  formerSecret: null,
  kind: 'generic',
  vendor: 'standard',
  fas: null,
  radsec: null,
  coa: null,
  messageAuthenticator: 'required',
  guest: GUEST,
  staff: STAFF,
  settings: {},
}

export const OPENNDS: PortalGateway = {
  ...GENERIC,
  name: 'nds-0042',
  kind: 'opennds',
  fas: { level: 1, key: FAS_KEY },
}

export function terms(version: string, effective: string, fr = TERMS_FR, en = TERMS_EN): Terms {
  const text = (language: string, markdown: string) => ({
    language,
    markdown,
    sha256: createHash('sha256').update(markdown).digest('hex'),
  })
  return { version, effective: new Date(effective), texts: [text('en', en), text('fr', fr)] }
}

export const ORGANISATION: Organisation = {
  name: 'Les Tables Ouvertes',
  contact: 'wifi@example.org',
  colour: '#c8105a',
  timezone: 'Europe/Paris',
  logo: null,
  privacy: { controller: null, contact: null, dpo: null },
  accessibility: { contact: null, audit: null, notAccessible: [] },
}

export function house(
  change: {
    organisation?: Organisation
    gateways?: readonly PortalGateway[]
    terms?: readonly Terms[]
    ssid?: string
    legalBases?: readonly LegalBasis[]
  } = {},
): House {
  const all = change.terms ?? [terms('2026-01', '2026-01-01')]
  const render = createMarkdown()
  return {
    look: createLook(change.organisation ?? ORGANISATION),
    zone: (change.organisation ?? ORGANISATION).timezone,
    gateways: new Map((change.gateways ?? [GENERIC, OPENNDS]).map((g) => [g.name, g])),
    networks: new PrefixTable([GUEST, STAFF].flatMap((n) => n.subnets.map((s) => [s, n] as const))),
    guestPlaces: new Map([
      [GUEST.site, { name: GUEST.siteName, ssid: change.ssid ?? null, timezone: GUEST.timezone }],
    ]),
    legalBases: change.legalBases ?? [],
    dnsTokens: new Map(),
    terms: all,
    made: new Map(),
    rendered: new Map(all.flatMap((t) => t.texts.map((x) => [x.sha256, render(x.markdown)]))),
  }
}

export interface TestPortal {
  readonly app: Hono
  readonly services: Services
  readonly counters: Counters
  readonly recorded: Acceptance[]
  /** Change these, and the portal sees it. */
  readonly world: {
    now: number
    house: House
    databaseUp: boolean
    problems: readonly Problem[]
    grants: Map<string, Date>
    logins: (question: LoginQuestion) => LoginAnswer
    /** By MAC: until when it is let in, and what was accepted. */
    access: Map<string, { until: number; termsVersion: string }>
    /** By code. */
    receipts: Map<string, Receipted>
    filter: (name: string, network: Pick<Network, 'site' | 'kind'> | null) => FilterVerdict
    waiting: Map<string, PendingOpening[]>
    roleGrants: readonly RoleGrant[]
  }
  readonly returns: Return[]
  readonly unblocks: UnblockRequest[]
  /** Devices that were shown the terms. */
  readonly noted: Device[]
  /** Gateways whose links their secret did not make. */
  readonly forged: readonly string[]
  readonly stops: AccountingRecord[]
  readonly gatewayWorld: ScriptedWorld
  /** A request from the device at `from`. */
  get(address: string, options?: RequestOptions): Promise<Response>
  post(address: string, body?: string, options?: RequestOptions): Promise<Response>
  /** A browser in which somebody is signed in, who is Hélène where nothing else is said. */
  signedIn(person?: Partial<Person>): Promise<SignedIn>
  readonly staff: ReturnType<typeof memoryStaff>
  readonly enrolment: MemoryEnrolment
  readonly internal: MemoryInternal
}

export interface SignedIn {
  get(address: string, headers?: Readonly<Record<string, string>>): Promise<Response>
  /** A form as one of our pages sends it, with its token. */
  post(
    address: string,
    fields: Readonly<Record<string, string>>,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Response>
  /** The same with a file. */
  upload(address: string, file: File, fields?: Readonly<Record<string, string>>): Promise<Response>
}

interface RequestOptions {
  readonly from?: string
  readonly headers?: Readonly<Record<string, string>>
}

export function testPortal(
  options: {
    publicUrl?: string
    acceptances?: number
    requests?: number
    /** The administration's database, where there is one. */
    admin?: AdminAccess
    logDatabase?: Database
    placeFiles?: PlaceFiles
  } = {},
): TestPortal {
  const world: TestPortal['world'] = {
    now: NOW,
    house: house(),
    databaseUp: true,
    problems: [],
    grants: new Map(),
    logins: () => ({ ok: false, refusal: 'unknown' }),
    access: new Map(),
    receipts: new Map(),
    filter: () => ({ outcome: 'free', listed: null }),
    waiting: new Map(),
    roleGrants: [],
  }
  const returns: Return[] = []
  const unblocks: UnblockRequest[] = []
  const noted: Device[] = []
  const forged: string[] = []
  let turn = 0
  const stops: AccountingRecord[] = []
  const gatewayWorld = scriptedWorld()
  const clock = (): number => world.now
  const recorded: Acceptance[] = []
  const counters = createCounters(createMetrics())
  const whenUp = <T>(value: () => T): Promise<T> =>
    world.databaseUp ? Promise.resolve(value()) : Promise.reject(new Error('connection refused'))
  const seal = createSeal(new Uint8Array(32).fill(7))
  const publicUrl = new URL(options.publicUrl ?? 'http://portail.example.org')
  const staff = memoryStaff(clock, () => world.databaseUp)
  const enrolment = memoryEnrolment(clock, () => world.databaseUp)
  const internal = memoryInternal(clock, () => world.databaseUp)
  const services: Services = {
    publicUrl,
    clock,
    seal,
    staff,
    enrolment,
    internal,
    waiting: { note: (device) => void noted.push(device) },
    forgedLinks: { note: (gateway) => void forged.push(gateway) },
    arrivals: { note: () => {} },
    scim: noScim,
    log: silentLog,
    counters,
    house: () => world.house,
    health: () => world.problems,
    requests: createRateLimit(
      { ...LIMITS.requests, burst: options.requests ?? LIMITS.requests.burst },
      clock,
    ),
    acceptances: createRateLimit(
      { ...LIMITS.acceptances, burst: options.acceptances ?? LIMITS.acceptances.burst },
      clock,
    ),
    database: {
      record: (acceptance) =>
        whenUp(() => {
          recorded.push(acceptance)
          const grantUntil = new Date(acceptance.at.getTime() + acceptance.grantSeconds * 1000)
          return { code: 'K7QF3MRT2B', grantUntil }
        }),
      askUnblock: (request) =>
        whenUp(() => {
          unblocks.push(request)
          return unblocks.length <= 5
        }),
      findReceipt: (code) => whenUp(() => world.receipts.get(code) ?? null),
      findGrant: ({ site, ip }) =>
        whenUp(() => {
          const until = world.grants.get(`${site} ${ip}`)
          return until === undefined ? null : { until }
        }),
      keptAbout: (mac) =>
        whenUp(() => {
          const own = recorded.filter((acceptance) => acceptance.mac === mac)
          const until = own.map(({ at, grantSeconds }) => at.getTime() + grantSeconds * 1000)
          return {
            acceptances: own.toReversed(),
            until: until.length === 0 ? null : new Date(Math.max(...until)),
          }
        }),
      recordReturn: (device) =>
        whenUp(() => {
          const held = world.access.get(device.mac)
          if (held?.termsVersion !== device.termsVersion || held.until <= world.now) return null
          returns.push(device)
          return { grantUntil: new Date(held.until) }
        }),
      answers: () => Promise.resolve(world.databaseUp),
      findLogins: (question) => whenUp(() => world.logins(question)),
    },
    roleGrants: () => world.roleGrants,
    logDatabase: options.logDatabase ?? null,
    files: FILES,
    placeFiles: options.placeFiles ?? {
      make: () => Promise.reject(new Error('no files in this test')),
      certify: () => Promise.reject(new Error('no certificates in this test')),
    },
    radsecPort: 2083,
    admin: options.admin ?? {
      token: () => whenUp(() => ({ ok: false, refusal: 'unknown' })),
      hookSecret: () => whenUp(() => null),
      askJob: () => whenUp(() => false),
      transaction: () => Promise.reject(new Error('there is no database in this test')),
    },
    gatewayWorld,
    confirm: async (device) =>
      (await adapterOf(device.gateway.kind).confirm?.(device, gatewayWorld)) ?? null,
    polls: {
      waiting: (gateway) => world.waiting.get(gateway) ?? [],
      turn: () => turn++,
      opened: (gateway, keys) =>
        whenUp(() => {
          const left = (world.waiting.get(gateway) ?? []).filter(({ key }) => !keys.includes(key))
          world.waiting.set(gateway, left)
        }),
      clear: (gateway) => whenUp(() => void world.waiting.delete(gateway)),
      ended: (stop) => whenUp(() => void stops.push(stop)),
    },
    grantOf: (mac) => {
      const held = world.access.get(mac)
      const inForce = effectiveTerms(world.house.terms, world.now)?.version
      if (held === undefined || held.until <= world.now) return null
      return held.termsVersion === inForce ? held.until : null
    },
    askFilter: (name, network) => Promise.resolve(world.filter(name, network)),
    unblockRequests: createRateLimit(LIMITS.unblockRequests, clock),
    lastGrantOf: (mac) => world.access.get(mac) ?? null,
    receiptChecks: createRateLimit(LIMITS.receiptChecks, clock),
    returned: new BoundedMap({ limit: LIMITS.returns, ttlMs: LIMITS.returnMs, clock }),
  }
  const app = createApp(services)
  const request = async (
    address: string,
    init: RequestInit,
    { from = '192.168.77.9', headers = {} }: RequestOptions,
  ): Promise<Response> =>
    app.request(address, { ...init, headers }, { incoming: { socket: { remoteAddress: from } } })
  async function signedIn(person: Partial<Person> = {}): Promise<SignedIn> {
    const opened = await staff.sessions.open({
      person: { ...HELENE, ...person },
      browser: 'Firefox, Linux',
      at: new Date(clock()),
      ...{ provider: null, replaces: null },
    })
    if (!opened.ok) throw new Error('the session was not opened')
    const prefix = publicUrl.protocol === 'https:' ? '__Host-' : ''
    const own = { Cookie: `${prefix}accueil-session=${opened.token}` }
    const token = formToken(seal, opened.session)
    return {
      get: (address, headers = {}) => request(address, {}, { headers: { ...own, ...headers } }),
      async upload(address, file, fields = {}) {
        const form = new FormData()
        for (const [name, value] of Object.entries({ [TOKEN_FIELD]: token, ...fields })) {
          form.append(name, value)
        }
        form.append('file', file)
        const sent = new Response(form)
        const type = { 'Content-Type': sent.headers.get('Content-Type') ?? '' }
        const headers = { ...own, ...type, Origin: publicUrl.origin }
        const body = Buffer.from(await sent.arrayBuffer())
        return request(address, { method: 'POST', body }, { headers })
      },
      post(address, fields, more = {}) {
        const body = new URLSearchParams({ [TOKEN_FIELD]: token, ...fields }).toString()
        const type = { 'Content-Type': 'application/x-www-form-urlencoded' }
        const headers = { ...own, ...type, Origin: publicUrl.origin, ...more }
        return request(address, { method: 'POST', body }, { headers })
      },
    }
  }
  return {
    app,
    services,
    staff,
    enrolment,
    internal,
    signedIn,
    counters,
    recorded,
    returns,
    unblocks,
    noted,
    forged,
    stops,
    gatewayWorld,
    world,
    get: (address, requestOptions = {}) => request(address, {}, requestOptions),
    post: (address, body = 'accept=yes', { from, headers } = {}) =>
      request(
        address,
        { method: 'POST', body },
        {
          ...(from === undefined ? {} : { from }),
          headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
        },
      ),
  }
}

/** The link that a generic gateway makes; `change` alters values before they are signed. */
export function signedLink(
  change: Partial<Record<'gateway' | 'mac' | 'ip' | 't', string>> = {},
  secret = SECRET,
): string {
  const values = {
    gateway: 'gw-0042',
    mac: 'AA-BB-CC-DD-EE-FF',
    ip: '192.168.77.9',
    t: String(NOW / 1000),
    ...change,
  }
  const text = [values.gateway, values.mac, values.ip, values.t].join('\n')
  const sig = createHmac('sha256', secret).update(text).digest('hex')
  return `/guest?${new URLSearchParams({ ...values, sig }).toString()}`
}

/** The link that openNDS makes at level 1; `change` replaces fields, `more` is put last. */
export function fasLink(change: Readonly<Record<string, string>> = {}, more = ''): string {
  const text = fasFields(change) + more
  return `/guest?fas=${encodeURIComponent(Buffer.from(text).toString('base64'))}`
}

/** The same at levels 2 and 3. */
export function encryptedLink(change: Readonly<Record<string, string>>, key: string): string {
  const iv = '2d711642b726b044'
  const secret = Buffer.alloc(32)
  secret.write(key)
  const cipher = createCipheriv('aes-256-cbc', secret, Buffer.from(iv))
  const sealed = Buffer.concat([cipher.update(fasFields(change)), cipher.final()])
  const fas = Buffer.from(sealed.toString('base64')).toString('base64')
  return `/guest?fas=${encodeURIComponent(fas)}&iv=${iv}`
}

function fasFields(change: Readonly<Record<string, string>>): string {
  const fields = {
    hid: HID,
    clientip: '192.168.77.9',
    clientmac: 'aa:bb:cc:dd:ee:ff',
    client_type: 'cpd_can',
    cpi_query: '',
    gatewayname: 'nds-0042%20Node%3a0a1b2c3d4e5f%20',
    gatewayurl: 'http%3a%2f%2fstatus.client',
    version: '10.3.0',
    gatewayaddress: '192.168.77.1:2050',
    gatewaymac: '0a1b2c3d4e5f',
    originurl: 'http%3a%2f%2fconnectivitycheck.gstatic.com%2fgenerate_204',
    clientif: 'wlan0',
    themespec: '',
    ...change,
  }
  return Object.entries(fields)
    .map(([name, value]) => `${name}=${value}, `)
    .join('')
}

/** Where the page's only form posts. */
export function formAction(page: string): string {
  return /<form[^>]* method="post" action="([^"]+)"/.exec(page)?.[1] ?? ''
}

/** The address that a button of the page's language chooser asks for, as a browser builds it. */
export function inLanguage(page: string, language: string): string {
  const form = /<form class="langs"[^>]* action="([^"]+)">(.*?)<\/form>/s.exec(page)
  const fields = [...(form?.[2] ?? '').matchAll(/name="([^"]+)" value="([^"]*)" \/>/g)]
  const query = new URLSearchParams()
  for (const [, name = '', value = ''] of fields) query.set(name, value.replaceAll('&amp;', '&'))
  query.set('lang', language)
  return `${form?.[1]}?${query.toString()}`
}

/** The page's text as a person reads it: without what sets names and numbers apart. */
export function asRead(page: string): string {
  return page.replaceAll(/<\/?bdi[^>]*>/g, '')
}
