import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** Of Node, of which a box has little; a larger one would hold garbage for longer. */
const YOUNG_GENERATION = '--max-semi-space-size=2'

/** What a process is started with: as `process` has it. */
export interface Start {
  readonly argv: readonly string[]
  readonly execArgv: readonly string[]
  readonly execPath: string
  readonly env: Readonly<NodeJS.ProcessEnv>
}

/**
 * How the resolver by itself is started again, in place, with what only counts from the first moment of a process:
 * null where it was already, where somebody has chosen their own size, and for all other commands. On a small
 * box it saves some 15 MB of 117: where Node finds main.ts compiled, it need not load what compiles it.
 */
export function smallStart({ argv, execArgv, execPath, env }: Start): {
  readonly args: readonly string[]
  readonly env: Readonly<NodeJS.ProcessEnv>
} | null {
  const isResolverAlone = argv.slice(2).join(' ') === 'start dns'
  const chosen = [...execArgv, env['NODE_OPTIONS'] ?? ''].join(' ')
  if (!isResolverAlone || chosen.includes('--max-semi-space-size')) return null
  const data = resolve(env['ACCUEIL_DATA_DIR'] || 'data')
  return {
    args: [execPath, YOUNG_GENERATION, ...execArgv, ...argv.slice(1)],
    env: {
      // One for all threads: each of the C library's own would keep what it once had.
      MALLOC_ARENA_MAX: '1',
      ...(existsSync(data) ? { NODE_COMPILE_CACHE: join(data, 'compiled') } : {}),
      ...env,
    },
  }
}

/** Does it, where this system can: the process stays the same one. */
export function beSmall(): void {
  const again = smallStart(process)
  if (again === null || process.execve === undefined) return
  process.execve(process.execPath, again.args, again.env)
}
