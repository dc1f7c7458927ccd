import type { Problem, Role } from '#core/role.ts'
import { findGrantByAddress, recordAcceptance } from '#db/acceptances.ts'
import { createLive } from '#db/live.ts'
import type { PartDeps } from '#db/part.ts'
import { findLogins } from './api/find-logins.ts'
import { createApp } from './app.ts'
import { createAskDatabase } from './ask-database.ts'
import { createCounters } from './counters.ts'
import { emptyHouse, loadHouse } from './house.ts'
import { LIMITS } from './limits.ts'
import { createHttpListener } from './listen-http.ts'
import { createMarkdown } from './markdown.ts'
import { createRateLimit } from '#core/rate-limit.ts'
import type { PortalDatabase } from './services.ts'

/** The guest portal: pages, acceptance, probes, RFC 8908, health. */
export function createPortal(deps: PartDeps & { health: () => readonly Problem[] }): Role {
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
  const app = createApp({
    publicUrl: config.publicUrl,
    clock,
    seal,
    log,
    counters: createCounters(metrics),
    house: () => house.value,
    health: deps.health,
    requests: createRateLimit(LIMITS.requests, clock),
    acceptances: createRateLimit(LIMITS.acceptances, clock),
    database: portalDatabase(deps),
  })
  const listener = createHttpListener(app, config.http)
  let listening = false

  return {
    name: 'portal',
    async start() {
      await house.start()
      await listener.open()
      listening = true
      log.info('portal.listening', { host: config.http.host, port: config.http.port })
    },
    async stop() {
      listening = false
      await listener.close()
      await house.stop()
    },
    ready() {
      if (!house.loaded) return 'places, gateways and terms are not loaded yet'
      return listening ? null : 'the HTTP port is not open'
    },
  }
}

function portalDatabase({ database, clock }: PartDeps): PortalDatabase {
  const ask = createAskDatabase()
  return {
    record: (acceptance) => ask(() => recordAcceptance(database, acceptance)),
    findGrant: (site, ip) => ask(() => findGrantByAddress(database, site, ip, new Date(clock()))),
    answers: () => ask(() => database.ping()).catch(() => false),
    findLogins: (question) => ask(() => findLogins(database, question)),
  }
}
