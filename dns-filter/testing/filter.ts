import { createMetrics } from '#core/metrics.ts'
import type { Clock } from '#core/clock.ts'
import { systemClock } from '#core/clock.ts'
import { plainUpstream } from '#core/dns-upstream.ts'
import type { DnsUpstream } from '#core/dns-upstream.ts'
import type { ListenAddress } from '#core/listen.ts'
import type { DnsToken } from '#db/dns-tokens.ts'
import type { Filter as DeclaredFilter, FilterDevice, FilterLift } from '#db/filters.ts'
import type { ListHead } from '#db/lists.ts'
import type { Rule } from '#db/rules.ts'
import type { Network, NetworkKind } from '#db/sites.ts'
import { AnswerCache } from '../cache.ts'
import { createClients, SOMEBODY } from '../policy/client.ts'
import type { Client } from '../policy/client.ts'
import { createCounts } from '../policy/counts.ts'
import type { Counts } from '../policy/counts.ts'
import { createForwarder } from '../upstream/forwarder.ts'
import type { Forwarder } from '../upstream/forwarder.ts'
import { openBlob } from '../lists/blob.ts'
import { compileLists } from '../lists/compile.ts'
import { createListIndex } from '../lists/list-index.ts'
import type { ListIndex } from '../lists/list-index.ts'
import { createDnsMetrics } from '../metrics.ts'
import type { DnsMetrics } from '../metrics.ts'
import { createPipeline } from '../pipeline.ts'
import { Policy } from '../policy/policy.ts'
import { createFinish } from '../answer-options.ts'
import type { Cookies } from '../message/cookies.ts'
import { createCookies } from '../message/cookies.ts'
import { createSafeSearch } from '../policy/safe-search.ts'
import { createWatch } from '../policy/watch.ts'
import type { Watch } from '../policy/watch.ts'
import type { EncryptedSelf } from '../message/resolver-records.ts'
import { createServer } from '../server.ts'
import type { DnsServer } from '../server.ts'
import { createRoute } from '../route.ts'
import { createSteps } from '../steps.ts'
import { createZoneRoutes } from '../zone-routes.ts'
import { Upstreams } from '../upstream/upstreams.ts'

export interface Filter {
  readonly server: DnsServer
  readonly policy: Policy
  readonly metrics: DnsMetrics
  readonly cache: AnswerCache
  readonly cookies: Cookies
  readonly forwarder: Forwarder
  readonly counts: Counts
  readonly watch: Watch
}

export function network(kind: NetworkKind, subnet: string, site = '75-0042'): Network {
  return {
    site,
    siteName: 'Centre Nation',
    association: '75',
    timezone: 'Europe/Paris',
    kind,
    vlan: null,
    grantSeconds: 3600,
    subnets: [subnet],
    nat: null,
    captive: null,
  }
}

export function head(name: string, blocks: readonly NetworkKind[], category = name): ListHead {
  return { name, category, blocks, sha256: name }
}

export function rule(action: Rule['action'], domain: string, scope: Partial<Rule> = {}): Rule {
  const everywhere = { network: null, site: null, association: null, until: null, note: null }
  return { action, domain, ...everywhere, ...scope }
}

export function client(network: NetworkKind, more: Partial<Client> = {}): Client {
  return { ...SOMEBODY, network, site: '75-0042', association: '75', ...more }
}

/** A filter of the organisation that says nothing, but what is given. */
export function filter(said: Partial<DeclaredFilter> = {}): DeclaredFilter {
  return {
    ...{ association: null, site: null, device: null, network: null, hours: [] },
    ...{ block: [], allow: [], trust: [], imposed: [], answer: null, answers: [], page: [] },
    ...{ safeSearch: null, bypass: null, asked: false, addresses: [], privateNames: [] },
    ...{ internal: [], forward: [], always: [] },
    ...said,
  }
}

export function lift(said: Partial<FilterLift> = {}): FilterLift {
  const always = { from: 0, to: Number.MAX_SAFE_INTEGER }
  return { association: null, site: null, network: null, subject: null, ...always, ...said }
}

/** As the compiler's thread makes it, without thread and disk. */
export function listIndexOf(
  heads: readonly ListHead[],
  textOf: (list: string) => string,
): ListIndex {
  const { parts } = compileLists(
    heads.map(({ name, sha256 }) => ({ name, sha256, read: () => Buffer.from(textOf(name)) })),
  )
  const opened = openBlob(new Uint8Array(Buffer.concat(parts)))
  if (!opened.ok) throw new Error(opened.reason)
  return createListIndex(opened.blob, opened.bytes, heads, () => null)
}

/** The filter of `main.ts` without database and sockets of its own, for tests. */
export async function createFilter(options: {
  readonly networks?: readonly Network[]
  readonly lists?: Readonly<Record<string, { blocks: readonly NetworkKind[]; text: string }>>
  readonly rules?: readonly Rule[]
  readonly filters?: readonly DeclaredFilter[]
  readonly lifts?: readonly FilterLift[]
  readonly devices?: readonly FilterDevice[]
  readonly tokens?: readonly DnsToken[]
  readonly encryptedSelf?: EncryptedSelf
  /** Plain where nothing else is said. */
  readonly upstreams?: readonly (ListenAddress & Partial<DnsUpstream>)[]
  /** Who signed the certificates of encrypted ones. */
  readonly ca?: string
  readonly forwarder?: Pick<Forwarder, 'resolve' | 'stop'>
  readonly clock?: Clock
}): Promise<Filter> {
  const clock = options.clock ?? systemClock
  const metrics = createDnsMetrics(createMetrics())
  const { networks = [], tokens = [], devices = [] } = options
  const clients = createClients({ networks, tokens, devices }, clock)
  const lists = options.lists ?? {}
  const policy = new Policy(['portal.example.org'], clock)
  policy.useRules(options.rules ?? [])
  policy.useFilters({ filters: options.filters ?? [], lifts: options.lifts ?? [], devices })
  const counts = createCounts()
  const watch = createWatch(clock, () => metrics.drops['seen-names'].inc())
  const heads = Object.entries(lists).map(([name, { blocks }]) => head(name, blocks))
  policy.useLists(listIndexOf(heads, (name) => lists[name]?.text ?? ''))
  const cache = new AnswerCache(clock, metrics.cache)
  const addresses = (options.upstreams ?? []).map((address) => ({
    ...plainUpstream(address),
    ...address,
  }))
  const trust = options.ca === undefined ? {} : { ca: options.ca }
  const upstreams = new Upstreams(addresses, clock, trust)
  const forwarder =
    options.forwarder === undefined
      ? createForwarder(upstreams, metrics, undefined, options.clock)
      : { isBusy: false, isIdle: true, ...options.forwarder }
  const zones = createZoneRoutes(clock, metrics)
  zones.use((options.filters ?? []).flatMap(({ forward }) => forward))
  const cookies = createCookies(new Uint8Array(16).fill(7), clock)
  const steps = createSteps({
    clients: () => clients,
    policy,
    safeSearch: createSafeSearch(),
    encryptedSelf: () => options.encryptedSelf ?? null,
    internet: createRoute(cache, forwarder, metrics),
    zones,
    cookies,
    metrics,
    counts,
    watch,
  })
  const finish = createFinish({ cookies, nodeName: 'node-1', metrics })
  return {
    server: createServer(createPipeline(steps), finish, metrics, clock),
    policy,
    metrics,
    cache,
    cookies,
    forwarder,
    counts,
    watch,
  }
}
