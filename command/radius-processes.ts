import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { AppError } from '#core/error.ts'
import { within } from '#core/lifecycle.ts'
import type { Log } from '#core/log.ts'
import type { ProcessMetrics } from '#core/merged-metrics.ts'
import type { Role } from '#core/role.ts'
import type { RadiusNews, RadiusOrder } from './radius-process.ts'

const LIMITS = {
  restartMs: 1_000,
  /** Before the lifecycle gives the role up. */
  stopMs: 9_000,
  metricsMs: 2_000,
} as const

/** The role radius in several processes, which this one starts, watches and stops. */
export interface RadiusProcesses extends Role {
  /** Of those that answer in time. */
  metrics(): Promise<readonly ProcessMetrics[]>
}

export function createRadiusProcesses(options: {
  readonly count: number
  /** Of the database, as for this process. */
  readonly url: string
  readonly log: Log
}): RadiusProcesses {
  const { count, url, log } = options
  const members = Array.from({ length: count }, (_, i) => createMember(`${i + 1}`, url, log))
  return {
    name: 'radius',
    async start() {
      // The first alone: what can go wrong is then said once.
      for (const member of members) await member.start()
    },
    async stop() {
      await Promise.all(members.map((member) => member.stop()))
    },
    ready() {
      for (const member of members) {
        const problem = member.problem()
        if (problem !== null) return `process ${member.name} of ${count}: ${problem}`
      }
      return null
    },
    async metrics() {
      const texts = await Promise.all(members.map((member) => member.metrics()))
      return texts.filter((one) => one !== null)
    },
  }
}

interface Member {
  readonly name: string
  /** Resolves when it serves; rejects with its own sentence. */
  start(): Promise<void>
  stop(): Promise<void>
  problem(): string | null
  metrics(): Promise<ProcessMetrics | null>
}

/** One process and its successors. */
function createMember(name: string, url: string, log: Log): Member {
  let child: ChildProcess | null = null
  let problem: string | null = 'it is not started yet'
  let restart: NodeJS.Timeout | undefined
  let isStopping = false
  let scraped: ((text: string) => void)[] = []

  const tell = (order: RadiusOrder): void => {
    if (child?.connected === true) child.send(order)
  }

  function start(): Promise<void> {
    const started = Promise.withResolvers<void>()
    const began = fork(new URL('radius-process.ts', import.meta.url), {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    child = began
    tell({ kind: 'begin', url, name })
    began.on('message', (news: RadiusNews) => {
      switch (news.kind) {
        case 'failed':
          problem = news.reason
          return started.reject(new AppError(news.code, news.reason))
        case 'state':
          problem = news.problem
          return started.resolve()
        case 'metrics':
          for (const resolve of scraped.splice(0)) resolve(news.text)
      }
    })
    began.once('error', started.reject)
    began.once('exit', (code, signal) => {
      child = null
      scraped = []
      const how = signal ?? `exit code ${code}`
      started.reject(new AppError('radius.process', `RADIUS process ${name} ended (${how})`))
      if (isStopping) return
      problem = `it ended (${how}) and is being started again`
      log.error('radius.process.ended', { process: name, how })
      restart = setTimeout(again, LIMITS.restartMs)
    })
    return started.promise
  }

  function again(): void {
    // Its end, which comes after its reason, leads here once more.
    start().catch(() => {})
  }

  return {
    name,
    async start() {
      try {
        await start()
      } catch (thrown) {
        isStopping = true
        throw thrown
      }
    },
    async stop() {
      isStopping = true
      clearTimeout(restart)
      const running = child
      if (running === null) return
      const exited = new Promise<void>((resolve) => running.once('exit', () => resolve()))
      tell({ kind: 'stop' })
      try {
        await within(LIMITS.stopMs, exited)
      } catch {
        running.kill('SIGKILL')
        await exited
      }
    },
    problem: () => problem,
    async metrics() {
      if (child === null) return null
      const text = new Promise<string>((resolve) => scraped.push(resolve))
      tell({ kind: 'metrics' })
      try {
        return { process: name, text: await within(LIMITS.metricsMs, text) }
      } catch {
        return null
      }
    },
  }
}
