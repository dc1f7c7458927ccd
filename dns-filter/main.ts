import { join } from 'node:path'
import { hostname } from 'node:os'
import type { Role } from '#core/role.ts'
import { loadListHeads, readPackedList } from '#db/lists.ts'
import type { ListHead } from '#db/lists.ts'
import { createLive } from '#db/live.ts'
import type { PartDeps } from '#db/part.ts'
import { addFilterCounts } from '#db/filter-counts.ts'
import { addSeenNames } from '#db/filter-windows.ts'
import { loadRules, ruleRows } from '#db/rules.ts'
import type { Rule } from '#db/rules.ts'
import { createSnapshot } from '#db/snapshot.ts'
import { sumOfRows } from '#db/sum-of-rows.ts'
import { AnswerCache } from './cache.ts'
import { createClients } from './policy/client.ts'
import { createForwarder } from './upstream/forwarder.ts'
import { KEPT_FORMATS } from './kept-formats.ts'
import { createListCompiler } from './lists/compiler.ts'
import { LIMITS } from './limits.ts'
import { createListReload } from './lists/list-reload.ts'
import { createTextStore } from './lists/text-store.ts'
import { listenDoh } from './listen-doh.ts'
import { listenDot } from './listen-dot.ts'
import { loadPlaces, markPlaces, NO_PLACES } from './load-places.ts'
import type { FilteredPlaces } from './load-places.ts'
import { listenTcp } from './listen-tcp.ts'
import { listenUdp } from './listen-udp.ts'
import type { Listener } from './listener.ts'
import { createDnsMetrics } from './metrics.ts'
import { ownHosts } from './own-hosts.ts'
import { createPipeline } from './pipeline.ts'
import { Policy } from './policy/policy.ts'
import { createFinish } from './answer-options.ts'
import { createCookies } from './message/cookies.ts'
import type { EncryptedSelf } from './message/resolver-records.ts'
import { createSafeSearch } from './policy/safe-search.ts'
import { createCounts } from './policy/counts.ts'
import { createWatch } from './policy/watch.ts'
import { createWriteBehind } from './write-behind.ts'
import { createServer } from './server.ts'
import { createRoute } from './route.ts'
import { createSteps } from './steps.ts'
import type { Transport } from './via.ts'
import { openTlsCertificate } from './tls-certificate.ts'
import type { TlsCertificate } from './tls-certificate.ts'
import { createZoneRoutes } from './zone-routes.ts'
import { Upstreams } from './upstream/upstreams.ts'

/** The filtering resolver: composition, and nothing else. */
export function createDnsFilter(deps: PartDeps): Role {
  const { config, database, log, clock, seal } = deps
  const metrics = createDnsMetrics(deps.metrics)
  const folder = join(config.dataDir, 'dns')

  const policy = new Policy(ownHosts(config), clock)
  const counts = createCounts()
  const watch = createWatch(clock, () => metrics.drops['seen-names'].inc())
  const cache = new AnswerCache(clock, metrics.cache)
  const upstreams = new Upstreams(config.dnsUpstream, clock)
  const forwarder = createForwarder(upstreams, metrics, deps.spans)
  const zones = createZoneRoutes(clock, metrics)
  let clients = createClients(NO_PLACES, clock)

  const patience = deps.isAway === true ? { patienceMs: 0 } : {}
  const places = createLive<FilteredPlaces>({
    database,
    log,
    name: 'dns.networks',
    snapshot: createSnapshot(join(folder, 'networks.snapshot'), KEPT_FORMATS.places),
    ...patience,
    channels: ['house'],
    initial: NO_PLACES,
    mark: () => markPlaces(database),
    load: () => loadPlaces(database, seal, config.oidc),
    onChange(value) {
      clients = createClients(value, clock)
      zones.use(value.filters.filters.flatMap(({ forward }) => forward))
      policy.useFilters(value.filters, value.garden)
      watch.useWindows(value.windows)
    },
  })
  const counted = createWriteBehind({
    log,
    what: 'dns.counts',
    everyMs: LIMITS.countsEvery,
    take: () => counts.take(),
    write: (taken) => addFilterCounts(database, taken),
    giveBack: (taken) => counts.giveBack(taken),
  })
  const seen = createWriteBehind({
    log,
    what: 'dns.seen-names',
    everyMs: LIMITS.seenNamesEvery,
    take: () => watch.take(),
    write: (taken) => addSeenNames(database, taken),
    // They are for who looks now; the count of what was dropped says that some are missing.
    giveBack: (taken) => metrics.drops['seen-names'].inc(taken.length),
  })
  const rules = createLive<readonly Rule[]>({
    database,
    log,
    name: 'dns.rules',
    snapshot: createSnapshot(join(folder, 'rules.snapshot'), KEPT_FORMATS.rules),
    ...patience,
    channels: ['house'],
    initial: [],
    mark: () => sumOfRows(database, [ruleRows]),
    load: () => loadRules(database),
    onChange: (value) => policy.useRules(value),
  })
  const reload = createListReload({
    compiler: createListCompiler(
      folder,
      createTextStore(join(folder, 'texts'), (list) => readPackedList(database, list)),
    ),
    onCompiled: (lists) => policy.useLists(lists),
    log,
  })
  const heads = createLive<readonly ListHead[]>({
    database,
    log,
    name: 'dns.lists',
    snapshot: createSnapshot(join(folder, 'lists.snapshot'), KEPT_FORMATS.lists),
    ...patience,
    channels: ['house'],
    initial: [],
    load: () => loadListHeads(database),
    onChange: (value) => reload.want(value),
  })

  // The same at every node, which the master key makes so: a client may come to another with it.
  const secret = deps.seal.digest('server cookie', 'dns').subarray(0, 16)
  const cookies = createCookies(secret, clock)
  const steps = createSteps({
    clients: () => clients,
    policy,
    safeSearch: createSafeSearch(),
    encryptedSelf,
    internet: createRoute(cache, forwarder, metrics),
    zones,
    cookies,
    metrics,
    counts,
    watch,
  })
  const server = createServer(
    createPipeline(steps),
    createFinish({ cookies, nodeName: hostname(), metrics }),
    metrics,
    clock,
  )
  const listeners = new Map<Transport, Listener>()
  let certificate: TlsCertificate | null = null
  let isListening = false

  const gauges: readonly (readonly [string, string, () => number])[] = [
    ['accueil_dns_cache_entries', 'Answers remembered.', () => cache.size + zones.entries],
    [
      'accueil_dns_cache_bytes',
      'Memory of the answers remembered.',
      () => cache.bytes + zones.bytes,
    ],
    ['accueil_dns_list_names', 'Different names on all lists.', () => policy.lists.names],
    ['accueil_dns_list_bytes', 'Memory of the compiled lists.', () => policy.lists.bytes],
    ['accueil_dns_lists_pending', 'Lists that do not block yet.', () => reload.pending],
    ['accueil_dns_policies', 'Different policies in memory.', () => policy.size],
    [
      'accueil_dns_upstreams_resting',
      'Upstreams that failed.',
      () => upstreams.resting + zones.resting,
    ],
  ]
  for (const [name, help, read] of gauges) deps.metrics.gauge(name, help, read)

  deps.metrics.gauges('accueil_dns_connections', 'Open connections of clients.', 'transport', () =>
    [...listeners].map(([transport, { connections }]) => [transport, connections] as const),
  )

  /** What a device is shown of us that asks for a resolver over TLS or HTTPS (RFC 9462). */
  function encryptedSelf(): EncryptedSelf | null {
    const name = certificate?.name() ?? null
    if (config.dnsTls === null || name === null || !listeners.has('doh')) return null
    return { name, dotPort: config.dnsTls.dot.port, dohPort: config.dnsTls.doh.port }
  }

  function openCertificate(): void {
    if (config.dnsTls === null) return
    const { certificateFile, keyFile } = config.dnsTls
    const opened = openTlsCertificate({ certificate: certificateFile, key: keyFile }, log)
    certificate = opened
    deps.metrics.gauge(
      'accueil_dns_certificate_expires_seconds',
      'Until the certificate of DoT and DoH ends.',
      () => (opened.expires() - clock()) / 1000,
    )
  }

  async function listenEncrypted(): Promise<void> {
    if (config.dnsTls === null || certificate === null) return
    const { dot, doh } = config.dnsTls
    listeners.set('dot', await listenDot(server, dot, certificate, metrics))
    listeners.set('doh', await listenDoh(server, doh, certificate, metrics))
  }

  return {
    name: 'dns',
    async start() {
      // The certificate before all: what is wrong with its files is said at once.
      openCertificate()
      // Lists before sockets: the first query must not pass because the filter was not there yet.
      await Promise.all([places.start(), rules.start(), heads.start()])
      await reload.settled()
      const udp = await listenUdp(deps.udp, server, config.dns, metrics)
      listeners.set('udp', udp)
      listeners.set('tcp', await listenTcp(server, { ...config.dns, port: udp.port }, metrics))
      await listenEncrypted()
      counted.start()
      seen.start()
      isListening = true
      log.info('dns.listening', {
        host: config.dns.host,
        port: config.dns.port,
        names: policy.lists.names,
      })
    },
    async stop() {
      isListening = false
      certificate?.stop()
      await Promise.all([...listeners.values()].map((listener) => listener.close()))
      listeners.clear()
      forwarder.stop()
      zones.stop()
      reload.stop()
      await Promise.all([places.stop(), rules.stop(), heads.stop()])
      await Promise.all([counted.stop(), seen.stop()])
    },
    ready() {
      if (!places.loaded || !rules.loaded || !heads.loaded) {
        return 'places, rules and lists have not been loaded yet'
      }
      if (reload.failure() !== null) return reload.failure()
      return isListening ? null : `not listening on ${config.dns.host} port ${config.dns.port}`
    },
  }
}
