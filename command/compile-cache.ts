import { existsSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { join, resolve } from 'node:path'

/**
 * What Node made of the sources is kept in the data folder: a start compiles nothing again, which is a third of
 * the CPU that a short command takes. Threads take it from the environment. Where there is
 * no data folder yet, or it cannot be written, everything works as without.
 */
export function keepCompiled(env: NodeJS.ProcessEnv): void {
  const data = resolve(env['ACCUEIL_DATA_DIR'] || 'data')
  if (env['NODE_COMPILE_CACHE'] !== undefined || !existsSync(data)) return
  const { directory } = enableCompileCache(join(data, 'compiled'))
  if (directory !== undefined) env['NODE_COMPILE_CACHE'] = join(data, 'compiled')
}
