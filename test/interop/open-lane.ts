import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { DONE } from './lane-end.ts'

export interface Ran {
  readonly text: string
  readonly passed: number
  readonly failed: number
  /** The lane has ended, and was not asked to. */
  readonly isOver: boolean
}

export interface Lane {
  /** One at a time. */
  run(scenario: string): Promise<Ran>
  /** Gives what it had left to say. */
  end(signal?: NodeJS.Signals): Promise<string>
}

/** A process of its own, with ports, addresses and locks of its own. */
export function openLane(at: number): Lane {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'lane.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
    // A group of its own: Ctrl-C reaches it once, by `end`; a second signal would end its cleaning up.
    detached: true,
    env: {
      ...process.env,
      INTEROP_LANE: `${at}`,
      // Whoever holds the one lock of iptables turns others away, in other namespaces too.
      XTABLES_LOCKFILE: `/run/xtables-interop-${process.pid}-${at}.lock`,
    },
  })
  const exited = once(child, 'close').then(() => false)
  let said = ''
  let told: (() => void) | null = null
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    said += piece
    told?.()
  })
  // A lane that has ended takes no more names.
  child.stdin.on('error', () => {})

  /** Up to the end of a scenario, or all if the lane ends before. */
  async function ending(): Promise<RegExpExecArray | null> {
    for (;;) {
      const found = new RegExp(`^${DONE} (\\d+) (\\d+)\n`, 'm').exec(said)
      if (found !== null) return found
      const more = new Promise<boolean>((resolve) => (told = () => resolve(true)))
      if (!(await Promise.race([more, exited]))) return null
    }
  }

  return {
    async run(scenario) {
      child.stdin.write(`${scenario}\n`)
      const found = await ending()
      if (found === null) {
        const text = `${said}not ok ${scenario}: its lane ended\n`
        said = ''
        return { text, passed: 0, failed: 1, isOver: true }
      }
      const text = said.slice(0, found.index)
      said = said.slice(found.index + found[0].length)
      return { text, passed: Number(found[1]), failed: Number(found[2]), isOver: false }
    },
    async end(signal) {
      if (signal === undefined) child.stdin.end()
      else child.kill(signal)
      await exited
      return said
    },
  }
}
