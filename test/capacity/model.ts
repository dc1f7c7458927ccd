import type { Demand } from './demand.ts'
import type { Costs } from './reference.ts'

export interface RoleNeed {
  readonly role: string
  /** Cores busy in the busiest hour. */
  readonly cores: number
  /** Cores busy while everybody comes back after a power cut. */
  readonly stormCores: number
  /** Processes, with one to spare and none busier than half. */
  readonly copies: number
  readonly memoryGB: number
}

export interface Wall {
  readonly what: string
  /** From how many places on. */
  readonly places: number
  readonly beyond: string
}

export interface Capacity {
  readonly places: number
  readonly roles: readonly RoleNeed[]
  readonly postgres: {
    readonly writesASecond: number
    readonly cores: number
    readonly connections: number
    readonly yearGB: number
    readonly walMBASecond: number
  }
  readonly walls: readonly Wall[]
}

/** A process serves on one core; busier than half, a burst waits. */
const BUSY = 0.5
const DAY_S = 86_400
/** Of the cost of an accounting packet: merging it into the log (docs/decisions/0011), the other is acknowledging it. */
const FOLD_SHARE = 0.5
/** And of each, what Postgres does of it: assumed. */
const POSTGRES_SHARE = 0.4
/** A Node process before it holds anything, and what it holds of each. Measured: 125 bytes a grant; a place is assumed. */
const MEMORY = { base: 0.15, place: 12e-6, grant: 125e-9 } as const
/** Of V8: a Map throws beyond. */
const MAP_ENTRIES = 2 ** 24
/** Connections of a process to Postgres, pools and listeners (docs/operate.md). */
const CONNECTIONS = { portal: 13, radius: 15, dns: 7, jobs: 10 } as const
/** Of an event, with its row and full pages: assumed. */
const WAL_BYTES = 1_500
/** What one large Postgres is given: cores that work, connections that pay, bytes that a restore takes a night for. */
const POSTGRES = { cores: 16, connections: 1_000, yearGB: 4_000 } as const

export function capacityOf(places: number, costs: Costs, demand: Demand): Capacity {
  const connections = (places * demand.connectionsADay) / DAY_S
  const peak = connections * demand.peak
  const storm = (places * demand.devicesAtOnce) / demand.stormSeconds
  const login =
    (1 - demand.tlsShare) * costs.macLogin +
    demand.tlsShare *
      (demand.resumedShare * costs.resumedLogin + (1 - demand.resumedShare) * costs.tlsLogin)
  // After a power cut nothing is resumed that was of another process.
  const stormLogin = (1 - demand.tlsShare) * costs.macLogin + demand.tlsShare * costs.tlsLogin
  const packets = peak * demand.packetsAConnection
  const acknowledge = costs.accountingPacket * (1 - FOLD_SHARE)
  const fold = costs.accountingPacket * FOLD_SHARE
  const node = 1 - POSTGRES_SHARE
  const pages = demand.pageShare * costs.page + demand.acceptanceShare * costs.acceptance * node
  const grantsGB = MEMORY.base + places * (MEMORY.place + demand.grants * MEMORY.grant)
  const names = places * demand.devicesAtOnce * demand.namesASecond
  const roles = [
    need('portal', peak * pages, storm * pages, grantsGB),
    need(
      'radius',
      peak * login + packets * acknowledge * node,
      storm * (stormLogin + acknowledge * node),
      grantsGB,
    ),
    need('dns', names * costs.name, names * 2 * costs.name, MEMORY.base + places * MEMORY.place),
    // One at work in the whole fleet, another that waits.
    { ...need('jobs', packets * fold * node, packets * fold * node, MEMORY.base), copies: 2 },
  ]
  const copies = (role: string): number => roles.find((one) => one.role === role)?.copies ?? 0
  const postgres = {
    writesASecond: packets + peak * demand.acceptanceShare,
    cores:
      packets * costs.accountingPacket * POSTGRES_SHARE +
      peak * demand.acceptanceShare * costs.acceptance * POSTGRES_SHARE,
    connections: Object.entries(CONNECTIONS).reduce(
      (n, [role, each]) => n + copies(role) * each,
      0,
    ),
    yearGB: (connections * DAY_S * 365 * costs.bytesPerRow) / 1e9,
    walMBASecond: (packets * WAL_BYTES) / 1e6,
  }
  const wallAt = (used: number, room: number): number => Math.floor((places * room) / used)
  const walls: Wall[] = [
    {
      what: 'one thread brings the journal into the log',
      places: wallAt(packets * fold * node, 1),
      beyond:
        'in the busiest hour the log falls behind, within its limits, and catches up at night; from six times that on it never does: a fold for each group of associations',
    },
    {
      what: 'grants in memory: a Map of V8 has 16.7 million entries',
      places: Math.floor(MAP_ENTRIES / demand.grants),
      beyond:
        'hold grants in several Maps, by the first octets of the address; or cells by association, each with its own devices',
    },
    {
      what: `Postgres: half of ${POSTGRES.cores} cores`,
      places: wallAt(postgres.cores, POSTGRES.cores * BUSY),
      beyond: 'a cell of its own for some associations (docs/decisions/0073)',
    },
    {
      what: `a year of the log: ${POSTGRES.yearGB / 1000} TB in one Postgres`,
      places: wallAt(postgres.yearGB, POSTGRES.yearGB),
      beyond: 'restoring takes longer than a night: cells by association',
    },
  ]
  return { places, roles, postgres, walls: walls.toSorted((a, b) => a.places - b.places) }
}

function need(role: string, cores: number, stormCores: number, memoryGB: number): RoleNeed {
  const busiest = Math.max(cores / BUSY, stormCores)
  return { role, cores, stormCores, copies: Math.ceil(busiest) + 1, memoryGB }
}
