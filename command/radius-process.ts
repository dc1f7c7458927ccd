import { systemClock } from '#core/clock.ts'
import { AppError, reasonOf } from '#core/error.ts'
import { createLifecycle } from '#core/lifecycle.ts'
import { createLog } from '#core/log.ts'
import { createMetrics } from '#core/metrics.ts'
import { chooseUdpLayer } from '#core/udp/udp-layer.ts'
import { openDatabase } from '#db/connection.ts'
import { outliveCutConnections } from '#db/cut-connections.ts'
import { openHouse, requireConfig } from './house.ts'
import { RADIUS_POOL } from './radius-pool.ts'
import { createRadiusRole } from './radius-role.ts'
import { tracingOf } from './tracing.ts'

/** What the process that started this one says to it. */
export type RadiusOrder =
  | { readonly kind: 'begin'; readonly url: string; readonly name: string }
  | { readonly kind: 'metrics' }
  | { readonly kind: 'stop' }

/** What this one says. */
export type RadiusNews =
  | { readonly kind: 'state'; readonly problem: string | null }
  | { readonly kind: 'failed'; readonly code: string; readonly reason: string }
  | { readonly kind: 'metrics'; readonly text: string }

const STATE_MS = 500
/** The house's own queries: none while it serves. */
const OWN_POOL = 1

const log = createLog({ fd: 2, level: process.stderr.isTTY ? 'warn' : 'info' })
outliveCutConnections((reason) => log.warn('database.connection-cut', { reason }))
const lifecycle = createLifecycle(log)
const metrics = createMetrics({ process: true })

function say(news: RadiusNews): void {
  if (process.connected) process.send?.(news)
}

async function begin(url: string, name: string): Promise<void> {
  const config = requireConfig()
  // The other process has brought the database up, and to this version.
  const house = await openHouse(
    { ...config, databaseUrl: url },
    { applicationName: `accueil radius ${name}`, max: OWN_POOL },
  )
  lifecycle.onStop('database', () => house.close())
  const tracing = await tracingOf(config, { metrics, log, clock: systemClock })
  if (tracing !== null) lifecycle.onStop('traces', () => tracing.stop())
  const role = createRadiusRole({
    config,
    database: await house.as('radius', RADIUS_POOL),
    connect: (options) => openDatabase(url, { ...options, role: 'radius' }),
    seal: house.seal,
    log,
    metrics,
    clock: systemClock,
    udp: chooseUdpLayer(config.udpLayer),
    spans: tracing?.spans,
  })
  await lifecycle.start(
    'radius',
    () => role.start(),
    () => role.stop(),
  )
  const state = (): void => say({ kind: 'state', problem: role.ready() })
  state()
  setInterval(state, STATE_MS)
}

async function end(code: number): Promise<never> {
  await lifecycle.stop()
  process.exit(code)
}

process.on('message', (order: RadiusOrder) => {
  switch (order.kind) {
    case 'begin':
      begin(order.url, order.name).catch((thrown: unknown) => {
        const code = thrown instanceof AppError ? thrown.code : 'radius.process'
        say({ kind: 'failed', code, reason: reasonOf(thrown) })
        void end(1)
      })
      return
    case 'metrics':
      void metrics.text().then((text) => say({ kind: 'metrics', text }))
      return
    case 'stop':
      void end(0)
  }
})
// Without who started it nobody would notice it, nor stop it.
process.on('disconnect', () => void end(0))
// A terminal and systemd send these to both; when and in which order is the other's to decide.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {})
