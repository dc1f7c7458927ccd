import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { BoundedMap } from '#core/bounded-map.ts'
import type { Problem, Role } from '#core/role.ts'
import { createAcceptanceBatch } from '#db/acceptance-batch.ts'
import { findGrantByAddress } from '#db/acceptances.ts'
import { endDisconnect, gatewaysToAsk, takeDisconnects } from '#db/disconnects.ts'
import { tokenInForce } from '#db/dns-tokens.ts'
import { createGrantTable } from '#db/grants.ts'
import { appendEvent } from '#db/journal.ts'
import { keptAbout } from '#db/kept-about.ts'
import type { RoleGrant } from '#core/rights.ts'
import { loadRoleGrants } from '#db/role-grants.ts'
import { createLive } from '#db/live.ts'
import { clearOpenings, endOpenings, pendingOpenings } from '#db/openings.ts'
import type { PendingOpening } from '#db/openings.ts'
import type { Database } from '#db/connection.ts'
import type { PartDeps } from '#db/part.ts'
import { createAdminAccess } from './api/admin/access.ts'
import type { Network } from '#db/sites.ts'
import { findLogins } from './api/find-logins.ts'
import { findReceipt } from '#db/receipts.ts'
import { recordReturn } from '#db/returns.ts'
import { askUnblock } from '#db/unblock-requests.ts'
import { tellForgedLinks } from '#db/forged-links.ts'
import { noteWaiting } from '#db/waiting-devices.ts'
import { answerAtOnce } from './answer-at-once.ts'
import { saveArrivals } from '#db/gateway-arrivals.ts'
import { createApp } from './app.ts'
import { createAskDatabase } from './ask-database.ts'
import type { AskDatabase } from './ask-database.ts'
import { createCounters } from './counters.ts'
import { createAskFilter } from './filter/ask-filter.ts'
import { createGatewayArrivals } from './gateway-arrivals.ts'
import { createGatewayStore } from './gateway-store.ts'
import { createGatewayWorld } from './gateway-world.ts'
import { adapterOf } from './gateways/adapters.ts'
import { emptyHouse, loadHouse } from './house.ts'
import { LIMITS } from './limits.ts'
import { createHttpListener } from './listen-http.ts'
import { createMarkdown } from './markdown.ts'
import { createRateLimit } from '#core/rate-limit.ts'
import { createPlaceFiles } from './place-files.ts'
import { createRevocations } from './revocations.ts'
import type { GatewayPolls, PortalDatabase, Services } from './services.ts'
import { createEnrolment } from './enrolment/main.ts'
import { createInternal } from './internal/main.ts'
import { createScim } from './scim/main.ts'
import { createStaff } from './staff/main.ts'
import { createForgedLinks } from './forged-links.ts'
import { loadStaticFiles } from './static-files.ts'
import { createWaitingDevices } from './waiting-devices.ts'

/** The guest portal: pages, acceptance, probes, RFC 8908, health. */
export function createPortal(
  deps: PartDeps & {
    readonly health: () => readonly Problem[]
    /** As an operator, for the pages of the log; absent: this process shows none. */
    readonly logDatabase?: Database | null
  },
): Role {
  const { config, database, seal, log, metrics, clock } = deps
  const render = createMarkdown()
  const house = createLive({
    database,
    log,
    name: 'portal house',
    channels: ['house'],
    initial: emptyHouse(),
    load: () => loadHouse(database, seal, render),
  })
  const grants = createGrantTable({ database, log, clock, keepEnded: true })
  const openings = createLive<ReadonlyMap<string, readonly PendingOpening[]>>({
    database,
    log,
    name: 'openings',
    channels: ['opening'],
    initial: new Map(),
    load: () => pendingOpenings(database),
  })
  const ask = createAskDatabase()
  const counters = createCounters(metrics)
  const store = createGatewayStore(database, seal, ask)
  const gatewayWorld = createGatewayWorld({ store, counters, log, clock })
  const askFilter = createAskFilter({
    filter: config.dnsFilter,
    clock,
    counters: counters.filterQuestions,
  })
  const filterToken = ({ site, kind }: Pick<Network, 'site' | 'kind'>): string =>
    tokenInForce(seal, { site, network: kind, device: null }, house.value.dnsTokens)
  const process = `${hostname()} ${randomUUID()}`
  const revocations = createRevocations({
    table: {
      gatewaysToAsk: () => gatewaysToAsk(database),
      take: (own) => takeDisconnects(database, { process, own, byAddress: [] }),
      end: (task, result) => endDisconnect(database, task, result),
    },
    gateways: () => house.value.gateways,
    world: gatewayWorld,
    log,
  })
  const disconnects = createLive({
    database,
    log,
    name: 'revocations',
    channels: ['disconnect'],
    initial: undefined,
    load: revocations.look,
    pollMs: LIMITS.revocationLookMs,
  })
  const waiting = createWaitingDevices({
    write: (devices) => ask(() => noteWaiting(database, seal, devices)),
    ...{ counters, log, clock },
  })
  const forgedLinks = createForgedLinks({
    tell: (gateway, times) => ask(() => tellForgedLinks(database, gateway, times)),
    ...{ counters, log },
  })
  const arrivals = createGatewayArrivals({
    write: (some) => ask(() => saveArrivals(database, some)),
    ...{ counters, log, clock },
  })
  const staff = createStaff(deps, ask)
  const roleGrants = createLive<readonly RoleGrant[]>({
    database,
    log,
    name: 'roles',
    channels: ['house'],
    initial: [],
    load: () => loadRoleGrants(database),
  })
  const enrolment = createEnrolment(deps, ask)
  const internal = createInternal(deps, ask)
  const followed = [
    house,
    roleGrants,
    grants,
    openings,
    disconnects,
    ...staff.followed,
    ...enrolment.followed,
    ...internal.followed,
  ]
  const services: Services = {
    publicUrl: config.publicUrl,
    clock,
    seal,
    log,
    spans: deps.spans,
    counters,
    house: () => house.value,
    health: deps.health,
    requests: createRateLimit(LIMITS.requests, clock),
    acceptances: createRateLimit(LIMITS.acceptances, clock),
    database: portalDatabase(deps, ask),
    admin: createAdminAccess(database, ask),
    logDatabase: deps.logDatabase ?? null,
    files: loadStaticFiles(),
    placeFiles: createPlaceFiles(deps, ask),
    radsecPort: config.radsec.port,
    roleGrants: () => roleGrants.value,
    gatewayWorld,
    confirm: async (device) =>
      (await adapterOf(device.gateway.kind).confirm?.(device, gatewayWorld)) ?? null,
    polls: gatewayPolls(deps, ask, () => openings.value),
    grantOf: (mac) => grants.until(mac),
    askFilter: (name, network) => askFilter(name, network && filterToken(network)),
    unblockRequests: createRateLimit(LIMITS.unblockRequests, clock),
    lastGrantOf: (mac) => grants.last(mac),
    receiptChecks: createRateLimit(LIMITS.receiptChecks, clock),
    returned: new BoundedMap({ limit: LIMITS.returns, ttlMs: LIMITS.returnMs, clock }),
    waiting,
    forgedLinks,
    arrivals,
    staff: staff.services,
    enrolment: enrolment.services,
    internal: internal.services,
    scim: createScim(deps, ask),
  }
  const listener = createHttpListener(
    createApp(services),
    answerAtOnce(services),
    config.http,
    config.trustedProxies,
  )
  let listening = false
  let writing: readonly NodeJS.Timeout[] = []

  return {
    name: 'portal',
    async start() {
      for (const live of followed) await live.start()
      await listener.open()
      listening = true
      writing = [
        setInterval(() => void waiting.write(), LIMITS.waiting.writeMs),
        setInterval(() => void arrivals.write(), LIMITS.waiting.writeMs),
        setInterval(() => void forgedLinks.write(), LIMITS.forgedLinks.writeMs),
      ]
      log.info('portal.listening', { host: config.http.host, port: config.http.port })
    },
    async stop() {
      listening = false
      for (const timer of writing) clearInterval(timer)
      await listener.close()
      await forgedLinks.write()
      await Promise.all(followed.map((live) => live.stop()))
      await revocations.settled()
      staff.close()
    },
    ready() {
      if (!house.loaded) return 'places, gateways and terms are not loaded yet'
      return listening ? null : 'the HTTP port is not open'
    },
  }
}

function portalDatabase({ database, clock }: PartDeps, ask: AskDatabase): PortalDatabase {
  const record = createAcceptanceBatch(database, LIMITS.databaseWaitMs)
  return {
    record: (acceptance) => ask(() => record(acceptance)),
    recordReturn: (device) => ask(() => recordReturn(database, device)),
    findGrant: (where) => ask(() => findGrantByAddress(database, where, new Date(clock()))),
    askUnblock: (request) => ask(() => askUnblock(database, request)),
    findReceipt: (code) => ask(() => findReceipt(database, code)),
    keptAbout: (mac) => ask(() => keptAbout(database, mac, new Date(clock()))),
    answers: () => ask(() => database.ping()).catch(() => false),
    findLogins: (question) => ask(() => findLogins(database, question)),
  }
}

function gatewayPolls(
  { database }: PartDeps,
  ask: AskDatabase,
  openings: () => ReadonlyMap<string, readonly PendingOpening[]>,
): GatewayPolls {
  const turns = new BoundedMap<string, number>({ limit: LIMITS.polled })
  return {
    waiting: (gateway) => openings().get(gateway) ?? [],
    turn(gateway) {
      const turn = turns.get(gateway) ?? 0
      turns.set(gateway, turn + 1)
      return turn
    },
    opened: (gateway, keys) => ask(() => endOpenings(database, gateway, keys)),
    clear: (gateway) => ask(() => clearOpenings(database, gateway)),
    ended: (record) =>
      ask(async () => {
        await database.sql.begin((sql) => appendEvent(sql, { kind: 'record', record }))
      }),
  }
}
