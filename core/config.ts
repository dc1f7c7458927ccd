import { isIP } from 'node:net'
import { z } from 'zod'
import { parseDnsUpstream } from './dns-upstream.ts'
import type { DnsUpstream } from './dns-upstream.ts'
import type { DirectorySettings } from './ldap/directory-settings.ts'
import { PrefixTable, parsePrefix } from './ip.ts'
import { directoryOfEnvironment } from './ldap/environment.ts'
import { parseListenAddress } from './listen.ts'
import type { ListenAddress } from './listen.ts'
import { DEFAULT_RADIUS_LIMITS, parseRadiusLimits } from './radius-limits.ts'
import type { RadiusLimits } from './radius-limits.ts'
import { parseOtlpHeaders } from './tracing/settings.ts'
import type { TracingSettings } from './tracing/settings.ts'
import { UDP_LAYERS } from './udp/udp-layer.ts'
import type { UdpLayerName } from './udp/udp-layer.ts'

/** PEM files, and where they are shown. */
export interface DnsTls {
  readonly certificateFile: string
  readonly keyFile: string
  readonly dot: ListenAddress
  readonly doh: ListenAddress
}

/** The validated environment. */
export interface Config {
  /** Null: an embedded Postgres in the data folder. */
  readonly databaseUrl: string | null
  readonly dataDir: string
  readonly publicUrl: URL
  readonly http: ListenAddress
  /** Proxies in front of the portal whose X-Forwarded-For counts; null: none. */
  readonly trustedProxies: PrefixTable<true> | null
  readonly metrics: ListenAddress
  readonly radius: ListenAddress
  readonly radiusAcct: ListenAddress
  /** What 802.1X proposes first to a device that has not said what it wants. */
  readonly radiusEapFirst: 'ttls' | 'peap' | 'tls'
  /** Kinds of key that the RADIUS server has a certificate for; P-256 always. */
  readonly radiusCertificates: readonly ('p256' | 'rsa')[]
  readonly radiusLimits: RadiusLimits
  /** TLS of 802.1X; null: the native one where it is built. */
  readonly eapLayer: 'native' | 'node' | null
  /** On the same ports of one machine. */
  readonly radiusProcesses: number
  readonly radsec: ListenAddress
  readonly dns: ListenAddress
  /** Where the portal asks why a name is blocked. */
  readonly dnsFilter: ListenAddress
  /** DNS over TLS and over HTTPS; null without a certificate. */
  readonly dnsTls: DnsTls | null
  readonly dnsUpstream: readonly DnsUpstream[]
  /** Null: the native one where it is built. */
  readonly udpLayer: UdpLayerName | null
  readonly demo: boolean
  /** 32 bytes; null: the one in the data folder of an embedded database. */
  readonly masterKey: Uint8Array | null
  /** The directory that LDAP_URL names; null where it names none. */
  readonly directory: DirectorySettings | null
  /** The identity provider that OIDC_ISSUER names; null where it names none. */
  readonly oidc: OidcSettings | null
  /** Null: no traces. */
  readonly tracing: TracingSettings | null
  /** Sentences about variables that are right, and of which somebody should know what follows. */
  readonly warnings: readonly string[]
}

export interface OidcSettings {
  readonly issuer: string
  readonly clientId: string
  /** Null: a public client. */
  readonly clientSecret: string | null
}

const DNS_PORT = 53

const listen = (fallback: string) =>
  z
    .string()
    .default(fallback)
    .transform((text, context) => {
      const address = parseListenAddress(text)
      if (address !== null) return address
      context.addIssue('is not ADDRESS:PORT, for example 0.0.0.0:1812 or [::]:1812')
      return z.NEVER
    })

const VARIABLES = z.object({
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'is not a postgres:// address')
    .optional(),
  ACCUEIL_DATA_DIR: z.string().min(1, 'is empty').default('./data'),
  ACCUEIL_PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: 'is not an http:// or https:// address' })
    .default('http://localhost:8080'),
  ACCUEIL_HTTP_LISTEN: listen('0.0.0.0:8080'),
  ACCUEIL_TRUSTED_PROXIES: z
    .string()
    .optional()
    .transform((text, context) => {
      if (text === undefined) return null
      const parts = text.split(',').map((part) => part.trim())
      const wrong = parts.find((part) => parsePrefix(part) === null)
      if (wrong === undefined) return new PrefixTable(parts.map((part) => [part, true] as const))
      context.addIssue(`names "${wrong}", which is no address or prefix such as 10.0.0.0/8`)
      return z.NEVER
    }),
  ACCUEIL_METRICS_LISTEN: listen('127.0.0.1:9464'),
  ACCUEIL_RADIUS_LISTEN: listen('0.0.0.0:1812'),
  ACCUEIL_RADIUS_ACCT_LISTEN: listen('0.0.0.0:1813'),
  ACCUEIL_RADIUS_EAP_FIRST: z
    .enum(['ttls', 'peap', 'tls'], 'is not ttls, peap or tls')
    .default('ttls'),
  ACCUEIL_RADIUS_CERTIFICATES: z
    .enum(['p256', 'p256,rsa'], 'is not p256 or p256,rsa')
    .default('p256'),
  ACCUEIL_RADIUS_LIMITS: z
    .string()
    .optional()
    .transform((text, context) => {
      const limits = text === undefined ? DEFAULT_RADIUS_LIMITS : parseRadiusLimits(text)
      if (limits !== null) return limits
      context.addIssue(
        'is not a list such as gateway-packets=20000,gateway-logins=200,device-logins=5, each a number a second',
      )
      return z.NEVER
    }),
  ACCUEIL_EAP_LAYER: z.enum(['native', 'node'], 'is not native or node').optional(),
  ACCUEIL_RADIUS_PROCESSES: z
    .string()
    .regex(/^([1-9]|[1-5]\d|6[0-4])$/, 'is not a number from 1 to 64')
    .default('1')
    .transform(Number),
  ACCUEIL_RADSEC_LISTEN: listen('0.0.0.0:2083'),
  ACCUEIL_DNS_LISTEN: listen('0.0.0.0:5353'),
  ACCUEIL_DNS_TLS_CERT: z.string().optional(),
  ACCUEIL_DNS_TLS_KEY: z.string().optional(),
  ACCUEIL_DNS_DOT_LISTEN: listen('0.0.0.0:8853'),
  ACCUEIL_DNS_DOH_LISTEN: listen('0.0.0.0:8443'),
  ACCUEIL_DNS_UPSTREAM: z
    .string()
    .default('9.9.9.9,149.112.112.112')
    .transform((text, context) => {
      const upstreams: DnsUpstream[] = []
      for (const part of text.split(',').map((piece) => piece.trim())) {
        const upstream = parseDnsUpstream(part)
        if (typeof upstream === 'string') context.addIssue(`names "${part}", which ${upstream}`)
        else upstreams.push(upstream)
      }
      return upstreams
    }),
  ACCUEIL_DNS_FILTER: z
    .string()
    .optional()
    .transform((text, context) => {
      const address = text === undefined ? null : parseListenAddress(text, DNS_PORT)
      if (text === undefined || (address !== null && isIP(address.host) !== 0)) return address
      context.addIssue('is not ADDRESS or ADDRESS:PORT, for example 192.0.2.53')
      return z.NEVER
    }),
  ACCUEIL_UDP_LAYER: z.enum(UDP_LAYERS, 'is not native or dgram').optional(),
  OIDC_ISSUER: z
    .url({ protocol: /^https?$/, error: 'is not an address such as https://sso.restos.example' })
    .optional(),
  OIDC_CLIENT_ID: z.string().optional(),
  OIDC_CLIENT_SECRET: z.string().optional(),
  LDAP_URL: z.string().optional(),
  LDAP_BIND_DN: z.string().optional(),
  LDAP_BIND_PASSWORD: z.string().optional(),
  LDAP_BASE_DN: z.string().optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url({ protocol: /^https?$/, error: 'is not an address such as http://127.0.0.1:4318' })
    .optional(),
  OTEL_EXPORTER_OTLP_HEADERS: z
    .string()
    .default('')
    .transform((text, context) => {
      const headers = parseOtlpHeaders(text)
      if (headers !== null) return headers
      context.addIssue('is not a list such as authorization=Bearer%20abc,x-tenant=wifi')
      return z.NEVER
    }),
  OTEL_TRACES_SAMPLER_ARG: z
    .string()
    .regex(/^(0(\.\d+)?|1(\.0+)?)$/, 'is not a share from 0 to 1, for example 0.01')
    .default('1')
    .transform(Number),
  ACCUEIL_DEMO: z.enum(['0', '1'], 'is not 0 or 1').optional(),
  ACCUEIL_MASTER_KEY: z
    .string()
    .optional()
    .transform((text, context) => {
      if (text === undefined) return null
      const key = /^[0-9a-f]{64}$/i.test(text)
        ? Buffer.from(text, 'hex')
        : Buffer.from(text, 'base64')
      if (key.length === 32) return new Uint8Array(key)
      context.addIssue('is not 32 bytes in hex or base64; make one with: openssl rand -hex 32')
      return z.NEVER
    }),
})

type Outcome = { ok: true; config: Config } | { ok: false; problems: readonly string[] }

/** Reads and checks the environment; every mistake is named, not only the first. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Outcome {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const problems = Object.keys(given)
    .filter((name) => name.startsWith('ACCUEIL_') && !(name in VARIABLES.shape))
    .map((name) => `${name} is not a variable of this program${suggestion(name)}`)
  const parsed = VARIABLES.safeParse(given)
  for (const issue of parsed.error?.issues ?? []) {
    const name = String(issue.path[0])
    problems.push(`${name} ${issue.message}${shown(name, given[name])}`)
  }
  if (!parsed.success || problems.length > 0) return { ok: false, problems }

  const variables = parsed.data
  const ldap = directoryOfEnvironment(variables)
  if ('problems' in ldap) return { ok: false, problems: ldap.problems }
  const dnsTls = dnsTlsOf(variables, given)
  if (typeof dnsTls === 'string') return { ok: false, problems: [dnsTls] }
  const oidc = oidcOf(variables)
  if ('problem' in oidc) return { ok: false, problems: [oidc.problem] }
  const databaseUrl = variables.DATABASE_URL ?? null
  if (databaseUrl !== null && variables.ACCUEIL_MASTER_KEY === null) {
    return {
      ok: false,
      problems: [
        'ACCUEIL_MASTER_KEY is missing: with DATABASE_URL it must be given, it seals the secrets in that database; make one with: openssl rand -hex 32',
      ],
    }
  }
  return {
    ok: true,
    config: {
      databaseUrl,
      dataDir: variables.ACCUEIL_DATA_DIR,
      publicUrl: new URL(variables.ACCUEIL_PUBLIC_URL),
      http: variables.ACCUEIL_HTTP_LISTEN,
      trustedProxies: variables.ACCUEIL_TRUSTED_PROXIES,
      metrics: variables.ACCUEIL_METRICS_LISTEN,
      radius: variables.ACCUEIL_RADIUS_LISTEN,
      radiusAcct: variables.ACCUEIL_RADIUS_ACCT_LISTEN,
      radiusEapFirst: variables.ACCUEIL_RADIUS_EAP_FIRST,
      radiusCertificates:
        variables.ACCUEIL_RADIUS_CERTIFICATES === 'p256' ? ['p256'] : ['p256', 'rsa'],
      radiusLimits: variables.ACCUEIL_RADIUS_LIMITS,
      eapLayer: variables.ACCUEIL_EAP_LAYER ?? null,
      radiusProcesses: variables.ACCUEIL_RADIUS_PROCESSES,
      radsec: variables.ACCUEIL_RADSEC_LISTEN,
      dns: variables.ACCUEIL_DNS_LISTEN,
      dnsTls,
      dnsUpstream: variables.ACCUEIL_DNS_UPSTREAM,
      dnsFilter: variables.ACCUEIL_DNS_FILTER ?? ofThisMachine(variables.ACCUEIL_DNS_LISTEN),
      udpLayer: variables.ACCUEIL_UDP_LAYER ?? null,
      demo: (variables.ACCUEIL_DEMO ?? (databaseUrl === null ? '1' : '0')) === '1',
      masterKey: variables.ACCUEIL_MASTER_KEY,
      directory: ldap.directory,
      oidc: oidc.settings,
      tracing: tracingOf(variables),
      warnings: plainWarnings(new URL(variables.ACCUEIL_PUBLIC_URL), oidc.settings),
    },
  }
}

/** A sentence where a part is missing: half of it would listen nowhere, and nobody would know. */
function dnsTlsOf(
  variables: z.infer<typeof VARIABLES>,
  given: Readonly<Record<string, string | undefined>>,
): DnsTls | string | null {
  const { ACCUEIL_DNS_TLS_CERT: certificateFile, ACCUEIL_DNS_TLS_KEY: keyFile } = variables
  if (certificateFile !== undefined && keyFile !== undefined) {
    const { ACCUEIL_DNS_DOT_LISTEN: dot, ACCUEIL_DNS_DOH_LISTEN: doh } = variables
    return { certificateFile, keyFile, dot, doh }
  }
  const names = ['CERT', 'KEY'].map((end) => `ACCUEIL_DNS_TLS_${end}`)
  const missing = names.filter((name) => given[name] === undefined).join(' and ')
  const asked = [...names, 'ACCUEIL_DNS_DOT_LISTEN', 'ACCUEIL_DNS_DOH_LISTEN'].find(
    (name) => given[name] !== undefined,
  )
  return asked === undefined
    ? null
    : `${missing} is missing: with ${asked}, DNS over TLS and HTTPS need the files of a certificate and its key`
}

function oidcOf(
  variables: Pick<
    z.output<typeof VARIABLES>,
    'OIDC_ISSUER' | 'OIDC_CLIENT_ID' | 'OIDC_CLIENT_SECRET'
  >,
): { readonly settings: OidcSettings | null } | { readonly problem: string } {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId } = variables
  const clientSecret = variables.OIDC_CLIENT_SECRET ?? null
  if (issuer !== undefined && clientId !== undefined) {
    return { settings: { issuer, clientId, clientSecret } }
  }
  if (issuer === undefined && clientId === undefined && clientSecret === null) {
    return { settings: null }
  }
  const missing = issuer === undefined ? 'OIDC_ISSUER' : 'OIDC_CLIENT_ID'
  return { problem: `${missing} is missing: an identity provider needs both, see docs/sign-in.md` }
}

function tracingOf(variables: z.output<typeof VARIABLES>): TracingSettings | null {
  const endpoint = variables.OTEL_EXPORTER_OTLP_ENDPOINT
  if (endpoint === undefined) return null
  return {
    url: `${endpoint.replace(/\/+$/, '')}/v1/traces`,
    headers: variables.OTEL_EXPORTER_OTLP_HEADERS,
    share: variables.OTEL_TRACES_SAMPLER_ARG,
  }
}

/** Without TLS, who listens on the way to the portal or to the identity provider can sign in as somebody else. */
function plainWarnings(publicUrl: URL, oidc: OidcSettings | null): readonly string[] {
  const isPlain = ({ protocol, hostname }: URL): boolean =>
    protocol === 'http:' && !/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)
  const said: string[] = []
  if (isPlain(publicUrl)) {
    said.push(
      'ACCUEIL_PUBLIC_URL is http://: passwords and sessions of the staff pages can be read on the way; put TLS in front, and write https://',
    )
  }
  if (oidc !== null && isPlain(new URL(oidc.issuer))) {
    said.push('OIDC_ISSUER is http://: whoever is on the way can sign in as anybody; use https://')
  }
  return said
}

const SECRET = /KEY|SECRET|PASSWORD|DATABASE_URL|HEADERS/

function shown(name: string, value: string | undefined): string {
  return value === undefined || SECRET.test(name) ? '' : ` (it is "${value}")`
}

function suggestion(unknown: string): string {
  const near = Object.keys(VARIABLES.shape).find((name) => distance(name, unknown) <= 3)
  return near === undefined ? '' : `; did you mean ${near}?`
}

/** Levenshtein distance, for short names. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}

const EVERY_ADDRESS: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' }

/** Where a listener of this machine is reached from it. */
function ofThisMachine({ host, port }: ListenAddress): ListenAddress {
  return { host: EVERY_ADDRESS[host] ?? host, port }
}
