import { existsSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import { join, resolve } from 'node:path'

/** Of Node, of which a box has little; a larger one would hold garbage for longer. */
const YOUNG_GENERATION = '--max-semi-space-size=2'
/** Nor less: when nothing was asked for a while V8 makes it smaller, and then collects up to twice as often. */
const NOT_LESS = '--min-semi-space-size=2'
/** What a start leaves behind is given back to the system at its end, see core/give-back.ts. */
const MAY_COLLECT = '--expose-gc'

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
  const chosen = [...execArgv, env['NODE_OPTIONS'] ?? ''].join(' ')
  if (!isResolverAlone(argv) || chosen.includes('--max-semi-space-size')) return null
  const data = resolve(env['ACCUEIL_DATA_DIR'] || 'data')
  return {
    args: [execPath, YOUNG_GENERATION, NOT_LESS, MAY_COLLECT, ...execArgv, ...argv.slice(1)],
    env: {
      // One for all threads: each of the C library's own would keep what it once had.
      MALLOC_ARENA_MAX: '1',
      ...(existsSync(data) ? { NODE_COMPILE_CACHE: join(data, 'compiled') } : {}),
      ...env,
    },
  }
}

function isResolverAlone(argv: readonly string[]): boolean {
  return argv.slice(2).join(' ') === 'start dns'
}

/** Does it, where this system can: the process stays the same one. */
export function beSmall(): void {
  const again = smallStart(process)
  if (again === null || process.execve === undefined) return
  process.execve(process.execPath, again.args, again.env)
}

/** In the environment of a process that was started once more: what compiles is not waited for to go away again. */
const STARTED_COMPILED = 'COMPILED_FOR_ACCUEIL'
/** As Node calls, among what it has loaded, the 4 MB of JavaScript and WebAssembly that take types out of a source. */
const COMPILER = 'NativeModule internal/deps/amaro/dist/index'

/**
 * The first start after an upgrade has to compile, and would keep what compiles, 18 MB, for as long as it runs:
 * once all sources of the role are compiled and kept, before anything is opened, it starts once more.
 */
export async function beCompiled(): Promise<void> {
  const { argv, env, execve } = process
  const isKept = env['NODE_COMPILE_CACHE'] !== undefined && env[STARTED_COMPILED] === undefined
  if (!isResolverAlone(argv) || !isKept || execve === undefined) return
  await Promise.all([import('./start.ts'), import('../dns-filter/main.ts')])
  if (!loadedByNode().includes(COMPILER)) return
  flushCompileCache()
  const args = [process.execPath, ...process.execArgv, ...argv.slice(1)]
  execve(process.execPath, args, { ...env, [STARTED_COMPILED]: '1' })
}

/** Not in Node's types, and not promised by it: without it nothing is started once more. */
function loadedByNode(): readonly string[] {
  const { moduleLoadList } = process as { readonly moduleLoadList?: readonly string[] }
  return moduleLoadList ?? []
}
