import { Listr } from 'listr2'
import { systemClock } from '#core/clock.ts'
import type { Config } from '#core/config.ts'
import { AppError } from '#core/error.ts'
import { keepSmall } from '#core/give-back.ts'
import { createLifecycle } from '#core/lifecycle.ts'
import type { Lifecycle } from '#core/lifecycle.ts'
import { createLog } from '#core/log.ts'
import type { Log } from '#core/log.ts'
import { mergedMetrics } from '#core/merged-metrics.ts'
import { createMetrics } from '#core/metrics.ts'
import type { Problem, Role } from '#core/role.ts'
import { chooseUdpLayer } from '#core/udp/udp-layer.ts'
import type { UdpLayer } from '#core/udp/udp-layer.ts'
import { bringUp as bringUpDatabase } from '#db/bring-up.ts'
import { openDatabase } from '#db/connection.ts'
import type { Database } from '#db/connection.ts'
import { outliveCutConnections } from '#db/cut-connections.ts'
import { startEmbedded } from '#db/embedded.ts'
import { ownsHouse } from '#db/login.ts'
import type { PartDeps } from '#db/part.ts'
import { standing } from '#db/standing.ts'
import { createDatabaseWatch } from './database-watch.ts'
import { packageVersion } from './package-version.ts'
import { createProcessReport } from './process-report.ts'
import { readyScreen } from './ready-screen.ts'
import { openHouse, requireConfig, requireMigrated } from './house.ts'
import type { House } from './house.ts'
import { createOperatorServer } from './operator-server.ts'
import type { RadiusProcesses } from './radius-processes.ts'
import { RADIUS_POOL } from './radius-pool.ts'
import { UsageError } from './run.ts'
import { tracingOf } from './tracing.ts'
import { measureUdp } from './udp-metrics.ts'

const ROLE_NAMES = ['portal', 'radius', 'dns', 'jobs'] as const
type RoleName = (typeof ROLE_NAMES)[number]
/** Connections at most, beside one each that listens. Two more look after the whole process. */
const POOLS: Readonly<Record<RoleName, number>> = {
  ...{ portal: 8, radius: RADIUS_POOL, dns: 4, jobs: 4 },
}
const OWN_POOL = 2
/** Of the portal, for who searches the log: few people, and a search takes its time. */
const LOG_POOL = 2
const SAME_SIGNAL_MS = 1_000

export async function runStart(args: readonly string[]): Promise<number> {
  const names = roleNames(args)
  const config = requireConfig()
  const log = createLog({ fd: 2, level: process.stderr.isTTY ? 'warn' : 'info' })
  outliveCutConnections((reason) => log.warn('database.connection-cut', { reason }))
  const lifecycle = createLifecycle(log)
  const udp = chooseUdpLayer(config.udpLayer)
  const signals = stopOnSignal(lifecycle)
  try {
    const house = await bringUp(config, names, udp, log, lifecycle)
    if (!signals.asked()) console.log(await readyScreen(house, names))
    keepSmall()
    log.info('process.started', { roles: names.join(' ') })
  } catch (thrown) {
    await lifecycle.stop()
    // What fails because everything is being stopped is no failure.
    if (!signals.asked()) throw thrown
  }
  const signal = await signals.stopped
  log.info('process.stopped', { signal })
  return 0
}

/** A serial line or a pipe made to look like a terminal may have no width: one letter would go on each line. */
function canBeDrawnOn({ isTTY, columns }: Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>): boolean {
  return isTTY && columns > 0
}

function roleNames(args: readonly string[]): readonly RoleName[] {
  const unknown = args.find((arg) => !ROLE_NAMES.some((name) => name === arg))
  if (unknown !== undefined) {
    throw new UsageError(`there is no role "${unknown}"; the roles are ${ROLE_NAMES.join(', ')}`)
  }
  return args.length === 0 ? ROLE_NAMES : ROLE_NAMES.filter((name) => args.includes(name))
}

/** Resolves when all is stopped in order; a second signal ends the program where it stands. */
function stopOnSignal(lifecycle: Lifecycle): {
  readonly stopped: Promise<string>
  asked(): boolean
} {
  const stopped = Promise.withResolvers<string>()
  let askedAt: number | null = null
  const onSignal = (signal: NodeJS.Signals): void => {
    // npm passes on the Ctrl-C that the terminal has sent to us already.
    if (askedAt !== null && Date.now() - askedAt > SAME_SIGNAL_MS) process.exit(1)
    if (askedAt !== null) return
    askedAt = Date.now()
    if (process.stdout.isTTY) console.log('\nStopping … (Ctrl-C again to end at once)')
    void lifecycle.stop().then(() => stopped.resolve(signal))
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return { stopped: stopped.promise, asked: () => askedAt !== null }
}

async function bringUp(
  config: Config,
  names: readonly RoleName[],
  udp: UdpLayer,
  log: Log,
  lifecycle: Lifecycle,
): Promise<House> {
  const found: { house?: House } = {}
  const house = (): House => {
    if (found.house === undefined) throw new Error('the house is not open')
    return found.house
  }
  const tasks = new Listr(
    [
      {
        title: 'Database',
        task: async (_, task) => {
          const opened = await openHouse(config, {
            applicationName: `accueil ${names.join(' ')}`,
            max: OWN_POOL,
            mayBeAway: canDoWithout(names),
            onProgress: (step) => {
              task.output = step
            },
          })
          lifecycle.onStop('database', () => opened.close())
          found.house = opened
          if (opened.away !== null) return log.warn('database.away', { reason: opened.away })
          task.output = 'bringing it to this version'
          await bringToVersion(opened, log)
        },
      },
      {
        title: 'Demonstration place',
        enabled: () => config.demo,
        task: async () => {
          const { applyDemo } = await import('./demo.ts')
          await applyDemo(house())
        },
      },
      {
        title: `Roles: ${names.join(', ')}`,
        task: () => startRoles(house(), names, udp, log, lifecycle),
      },
    ],
    {
      renderer: canBeDrawnOn(process.stdout) ? 'default' : 'simple',
      registerSignalListeners: false,
    },
  )
  await tasks.run()
  return house()
}

/** Names are answered from the local disk, as they were when the database was last seen. */
function canDoWithout(names: readonly RoleName[]): boolean {
  return names.every((name) => name === 'dns')
}

/** A login that may be no more than its part finds the house ready, or is told to wait. */
async function bringToVersion({ database, config }: House, log: Log): Promise<void> {
  const found = await standing(database)
  if (found.newer.length > 0) log.warn('database.newer', { steps: found.newer.join(' ') })
  if (await ownsHouse(database)) return bringUpDatabase(database, found, Date.now())
  await requireMigrated(database)
  if (!config.demo) return
  throw new AppError(
    'demo',
    'ACCUEIL_DEMO is for the login that owns the database, which this one does not; unset it',
  )
}

async function startRoles(
  house: House,
  names: readonly RoleName[],
  udp: UdpLayer,
  log: Log,
  lifecycle: Lifecycle,
): Promise<void> {
  const { config, database, url, seal, embedded } = house
  const metrics = createMetrics({ process: true })
  const watch = createDatabaseWatch({
    database,
    log,
    metrics,
    revive: embedded === null ? null : () => startEmbedded(config).then(() => {}),
  })
  if (names.includes('radius') || names.includes('dns')) {
    const isAsExpected = udp.name === (config.udpLayer ?? 'native')
    log[isAsExpected ? 'info' : 'warn']('udp.layer', { layer: udp.name, reason: udp.reason })
    measureUdp(metrics, udp)
  }
  const tracing = await tracingOf(config, { metrics, log, clock: systemClock })
  if (tracing !== null) lifecycle.onStop('traces', () => tracing.stop())
  const roles: Role[] = []
  let isUp = false
  const health = (): readonly Problem[] => [
    ...problem('database', watch.problem()),
    // What is not made yet cannot say so itself, and is asked about already.
    ...names.slice(roles.length).flatMap((name) => problem(name, 'not started yet')),
    ...roles.flatMap((role) => problem(role.name, role.ready())),
  ]

  watch.start()
  lifecycle.onStop('database watch', () => watch.stop())
  const radius: RadiusProcesses | null =
    names.includes('radius') && config.radiusProcesses > 1
      ? (await import('./radius-processes.ts')).createRadiusProcesses({
          count: config.radiusProcesses,
          url,
          log,
        })
      : null
  const operator = createOperatorServer({
    address: config.metrics,
    metrics: {
      text: async () => mergedMetrics(await metrics.text(), (await radius?.metrics()) ?? []),
    },
    health,
    isUp: () => isUp,
  })
  await lifecycle.start(
    'operator server',
    () => operator.start(),
    () => operator.stop(),
  )

  // All of them before the first is started: until the last serves, the process is not ready.
  for (const name of names) {
    if (name === 'radius' && radius !== null) {
      roles.push(radius)
      continue
    }
    const own = await house.as(name, POOLS[name])
    const deps: PartDeps = {
      ...{ config, database: own, isAway: house.away !== null, seal, log, metrics },
      ...{ clock: systemClock, udp },
      spans: tracing?.spans,
    }
    // Looks into the log, of who may: none where the login of this process was not given that.
    const mayLook = name === 'portal' && (await house.can('operator'))
    const logDatabase = mayLook ? await house.as('operator', LOG_POOL) : null
    roles.push(await createRole(name, { ...deps, logDatabase }, url, health))
  }
  for (const role of roles) {
    await lifecycle.start(
      role.name,
      () => role.start(),
      () => role.stop(),
    )
  }
  isUp = true
  const report = createProcessReport({
    ...{ database, roles: names, version: packageVersion(), clock: systemClock, health },
    metrics: async () => mergedMetrics(await metrics.text(), (await radius?.metrics()) ?? []),
  })
  await lifecycle.start(
    'process report',
    () => report.start(),
    () => report.stop(),
  )
}

function problem(role: string, sentence: string | null): readonly Problem[] {
  return sentence === null ? [] : [{ role, problem: sentence }]
}

/** Each loads only what it needs: the resolver of a small box has no room for everybody's pages. */
async function createRole(
  name: RoleName,
  deps: PartDeps & { readonly logDatabase: Database | null },
  url: string,
  health: () => readonly Problem[],
): Promise<Role> {
  switch (name) {
    case 'portal':
      return (await import('../portal/main.ts')).createPortal({ ...deps, health })
    case 'dns':
      return (await import('../dns-filter/main.ts')).createDnsFilter(deps)
    case 'radius':
      return (await import('./radius-role.ts')).createRadiusRole({
        ...deps,
        connect: (options) => openDatabase(url, { ...options, role: name }),
      })
    case 'jobs':
      return (await import('./jobs-role.ts')).createJobsRole(deps, url)
  }
}
