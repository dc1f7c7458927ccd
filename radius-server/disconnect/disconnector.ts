import type { Clock } from '#core/clock.ts'
import { reasonOf } from '#core/error.ts'
import type { Log } from '#core/log.ts'
import { sourceAddress } from '#core/udp/source-address.ts'
import type { SourceAddress } from '#core/udp/source-address.ts'
import type { DisconnectResult, DisconnectTask } from '#db/disconnects.ts'
import type { Gateway } from '#db/gateways.ts'
import type { RadiusMetrics } from '../metrics.ts'
import type { Connections } from '../radsec/connections.ts'
import type { Rotations } from '../rotations.ts'
import type { UdpAsker } from './ask-by-udp.ts'
import { climb } from './climb.ts'
import type { Ask } from './climb.ts'
import { ladderOf } from './forms.ts'
import type { LiveSessions } from './live-sessions.ts'

const DISCONNECTOR_LIMITS = {
  /** Ladders climbed at once: most of them wait. */
  inWork: 256,
  /** Results that the database has not taken yet. */
  unrecorded: 1024,
} as const

/** The rows of house.disconnect, as this process sees them. */
export interface DisconnectTable {
  gatewaysToAsk(): Promise<readonly string[]>
  take(own: readonly string[], byAddress: readonly string[]): Promise<readonly DisconnectTask[]>
  end(task: DisconnectTask, result: DisconnectResult): Promise<void>
  endUnreachable(): Promise<number>
}

/** Takes the requests that this process can send, sends them, and records what came of each. */
export interface Disconnector {
  /** To be called when there may be something to do; resolves when it has been begun. */
  look(): Promise<void>
  /** Gives up what is not answered yet, and records that. */
  stop(): Promise<void>
  readonly inWork: number
}

export interface DisconnectorDeps {
  readonly table: DisconnectTable
  readonly gateways: () => readonly Gateway[]
  readonly connections: Pick<Connections, 'find'>
  readonly live: LiveSessions
  readonly rotations: Pick<Rotations, 'inOrder' | 'proved'>
  readonly udp: UdpAsker
  readonly metrics: Pick<RadiusMetrics, 'disconnects'>
  readonly log: Log
  readonly clock: Clock
}

export function createDisconnector(deps: DisconnectorDeps): Disconnector {
  const { table, connections, live, rotations, udp, metrics, log, clock } = deps
  const inWork = new Set<Promise<void>>()
  /** What ends the wait for an answer, for those that wait. */
  const waits = new Set<() => void>()
  let isStopping = false
  let unrecorded: { task: DisconnectTask; result: DisconnectResult }[] = []

  /** Null: no way to it from here. */
  function askOf(gateway: Gateway): Ask | null {
    const { coa } = gateway
    if (coa === null) return null
    const connection = connections.find(gateway.name)
    if (connection !== undefined) return (request) => connection.ask(request)
    const address = addressOf(gateway, live)
    if (address === null) return null
    return async (request) => {
      // Asked with a secret that it does not have, a gateway is silent.
      for (const secret of rotations.inOrder(gateway, coa.secret, coa.formerSecret)) {
        const reply = await udp.ask({ address, port: coa.port, secret }, request)
        if (reply === null) continue
        if (coa.formerSecret !== null) rotations.proved(gateway, secret)
        return reply
      }
      return null
    }
  }

  /** A stop waits for no gateway: what it did not answer by then is not answered. */
  function untilStop(ask: Ask): Ask {
    return async (request) => {
      if (isStopping) return null
      const { promise, resolve } = Promise.withResolvers<null>()
      const giveUp = (): void => resolve(null)
      waits.add(giveUp)
      try {
        return await Promise.race([ask(request), promise])
      } finally {
        waits.delete(giveUp)
      }
    }
  }

  function isOwn(gateway: Gateway): boolean {
    return gateway.radsec === null || connections.find(gateway.name) !== undefined
  }

  async function work(task: DisconnectTask, gateway: Gateway, ask: Ask): Promise<void> {
    const seen = task.mac === null ? undefined : live.find(gateway.name, task.mac)
    const target = { mac: task.mac, account: task.account, seen }
    const rungs = ladderOf(gateway.vendor, target, task.form)
    const began = clock()
    const result = await climb(rungs, untilStop(ask)).catch((thrown: unknown): DisconnectResult => {
      log.warn('radius.disconnect.failed', { gateway: gateway.name, reason: reasonOf(thrown) })
      return { outcome: 'unreachable', errorCause: null, form: null }
    })
    metrics.disconnects[result.outcome].inc()
    log.info('radius.disconnect.ended', {
      gateway: gateway.name,
      ...result,
      milliseconds: clock() - began,
    })
    await record(task, result)
  }

  async function record(task: DisconnectTask, result: DisconnectResult): Promise<void> {
    try {
      await table.end(task, result)
    } catch (thrown) {
      if (unrecorded.length < DISCONNECTOR_LIMITS.unrecorded) unrecorded.push({ task, result })
      log.warn('radius.disconnect.not-recorded', {
        gateway: task.gateway,
        outcome: result.outcome,
        reason: reasonOf(thrown),
      })
    }
  }

  async function recordAgain(): Promise<void> {
    const again = unrecorded
    unrecorded = []
    for (const { task, result } of again) await record(task, result)
  }

  return {
    get inWork() {
      return inWork.size
    },
    async look() {
      await recordAgain()
      const unreachable = await table.endUnreachable()
      if (unreachable > 0) metrics.disconnects.unreachable.inc(unreachable)
      if (inWork.size >= DISCONNECTOR_LIMITS.inWork) return
      const wanted = new Set(await table.gatewaysToAsk())
      if (wanted.size === 0) return
      const reached = deps.gateways().filter((one) => wanted.has(one.name) && askOf(one) !== null)
      const names = (those: readonly Gateway[]): string[] => those.map(({ name }) => name)
      const tasks = await table.take(
        names(reached.filter(isOwn)),
        names(reached.filter((gateway) => !isOwn(gateway))),
      )
      for (const task of tasks) {
        const gateway = reached.find(({ name }) => name === task.gateway)
        // The connection may have ended while the request was taken.
        const ask = gateway === undefined ? null : askOf(gateway)
        const working =
          gateway === undefined || ask === null
            ? record(task, { outcome: 'unreachable', errorCause: null, form: null })
            : work(task, gateway, ask)
        inWork.add(working)
        void working.finally(() => inWork.delete(working))
      }
    },
    async stop() {
      isStopping = true
      for (const giveUp of waits) giveUp()
      await Promise.allSettled(inWork)
      await udp.stop()
    },
  }
}

/** The one address that a gateway has, or the one that it sent from last. */
function addressOf({ name, address }: Gateway, live: LiveSessions): SourceAddress | null {
  const [text = '', bits] = address?.split('/') ?? []
  const isOne = address !== null && (text.includes(':') ? bits === '128' : bits === '32')
  return isOne ? sourceAddress(text) : (live.addressOf(name) ?? null)
}
