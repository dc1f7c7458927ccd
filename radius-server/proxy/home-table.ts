import type { BreakerState } from '#core/breaker.ts'
import type { Clock } from '#core/clock.ts'
import { parseLoginName } from '#core/ldap/login-name.ts'
import type { Log } from '#core/log.ts'
import type { Metrics } from '#core/metrics.ts'
import type { UdpLayer } from '#core/udp/udp-layer.ts'
import { NO_PROXYING } from '#db/proxying.ts'
import type { Proxying, Realm } from '#db/proxying.ts'
import { readText } from '../attributes.ts'
import { ATTRIBUTE } from '../dictionary.ts'
import { attributeEnd, attributeOffset } from '../packet.ts'
import type { Packet } from '../packet.ts'
import { HOME_TIMES, createHomeServer } from './home-server.ts'
import type { HomeServer, HomeTimes } from './home-server.ts'
import type { ProxyMetrics } from './proxy-metrics.ts'

/** A realm with the servers that answer for it. */
export interface Route {
  readonly realm: Realm
  readonly servers: readonly HomeServer[]
}

/** The home servers and realms that are declared now. */
export interface HomeTable {
  /** A server whose settings did not change keeps its sockets and what is known of it. */
  declare(proxying: Proxying): void
  /** Where a name is answered; null: here. */
  route(name: string): Route | null
  /** The same for the User-Name of a packet: for one without a realm nothing is made or looked up. */
  routeOf(packet: Packet): Route | null
  readonly hasRealms: boolean
  /** Marks in Proxy-State what this fleet has sent on. */
  readonly tag: Uint8Array
  /** Nothing is asked any more. */
  readonly isClosed: boolean
  close(): Promise<void>
}

const STATE_VALUE: Readonly<Record<BreakerState, number>> = { closed: 0, 'half-open': 1, open: 2 }

/** RFC 7542 §2.2, with the dot that every realm of a federation has: the others are mistyped. */
const FOREIGN_REALM =
  /^[\p{L}\p{N}]([\p{L}\p{N}-]*[\p{L}\p{N}])?(\.[\p{L}\p{N}]([\p{L}\p{N}-]*[\p{L}\p{N}])?)+$/u
const LONGEST_REALM = 253

export function createHomeTable(deps: {
  readonly layer: UdpLayer
  /** Whether a name or a realm is known here: then it is not sent away for `*`. */
  readonly isLocal: (name: string, realm: string) => boolean
  readonly proxyMetrics: ProxyMetrics
  readonly metrics: Metrics
  readonly log: Log
  readonly clock: Clock
  readonly times?: HomeTimes
}): HomeTable {
  const { layer, log, clock, times = HOME_TIMES } = deps
  let tag = NO_PROXYING.tag
  let held = new Map<string, HomeServer>()
  let routes = new Map<string, Route>()
  let closing: Promise<unknown> = Promise.resolve()
  let isClosed = false

  const perServer = (name: string, help: string, read: (one: HomeServer) => number): void => {
    deps.metrics.gauges(`accueil_radius_home_server_${name}`, help, 'server', () =>
      [...held.values()].map((one) => [one.settings.name, read(one)]),
    )
  }
  perServer('outstanding', 'Requests that wait for it.', ({ outstanding }) => outstanding)
  perServer(
    'state',
    '0 asked, 1 tried with one question, 2 left alone because it did not answer.',
    ({ state }) => STATE_VALUE[state],
  )
  perServer('suspect', '1: it said nothing lately.', ({ isSuspect }) => (isSuspect ? 1 : 0))

  function route(name: string): Route | null {
    if (routes.size === 0) return null
    const { realm } = parseLoginName(name)
    if (realm === '' || deps.isLocal(name, realm)) return null
    const known = routes.get(realm)
    if (known !== undefined) return known.servers.length === 0 ? null : known
    const any = routes.get('*')
    if (any === undefined || realm.length > LONGEST_REALM) return null
    return FOREIGN_REALM.test(realm) ? any : null
  }

  return {
    declare(proxying) {
      ;({ tag } = proxying)
      const before = held
      held = new Map(
        proxying.servers.map((settings): [string, HomeServer] => {
          const known = before.get(settings.name)
          const isSame = JSON.stringify(known?.settings) === JSON.stringify(settings)
          if (known === undefined || !isSame) {
            return [
              settings.name,
              createHomeServer(settings, { layer, metrics: deps.proxyMetrics, log, clock, times }),
            ]
          }
          before.delete(settings.name)
          return [settings.name, known]
        }),
      )
      closing = Promise.all([closing, ...[...before.values()].map((gone) => gone.close())])
      routes = new Map(
        proxying.realms.map((realm): [string, Route] => [
          realm.realm,
          { realm, servers: realm.servers.flatMap((name) => held.get(name) ?? []) },
        ]),
      )
    },
    route,
    routeOf(packet) {
      if (routes.size === 0 || !hasRealm(packet)) return null
      const name = readText(packet, ATTRIBUTE['User-Name'])
      return name === null ? null : route(name)
    },
    get hasRealms() {
      return routes.size > 0
    },
    get tag() {
      return tag
    },
    get isClosed() {
      return isClosed
    },
    async close() {
      isClosed = true
      const all = [...held.values()]
      held = new Map()
      await Promise.all([closing, ...all.map((one) => one.close())])
    },
  }
}

const AT = 0x40
const BACKSLASH = 0x5c

function hasRealm(packet: Packet): boolean {
  const from = attributeOffset(packet, ATTRIBUTE['User-Name'])
  if (from < 0) return false
  const end = attributeEnd(packet, from)
  for (let at = from; at < end; at += 1) {
    const octet = packet.bytes[at]
    if (octet === AT || octet === BACKSLASH) return true
  }
  return false
}
