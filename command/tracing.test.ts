import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'

/** Every role of the program, first without a collector, then with one; what of traces was loaded after each. */
const SCRIPT = `
import { registerHooks } from 'node:module'
const loaded = []
registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context) } })
const ofTraces = () => loaded.filter((url) => url.includes('/core/tracing/')).map((url) => url.split('/').at(-1))
for (const part of ['portal', 'radius-server', 'dns-filter']) await import('./' + part + '/main.ts')
for (const one of ['start', 'jobs-role']) await import('./command/' + one + '.ts')
const { readConfig } = await import('#core/config.ts')
const { tracingOf } = await import('./command/tracing.ts')
const { createMetrics } = await import('#core/metrics.ts')
const { silentLog } = await import('#core/log.ts')
const open = async (env) => {
  const tracing = await tracingOf(readConfig(env).config, { metrics: createMetrics(), log: silentLog, clock: Date.now })
  await tracing?.stop()
  return ofTraces()
}
const off = await open({})
const on = await open({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' })
console.log(JSON.stringify({ off, on }))
`

test('nothing of traces is loaded where no collector is named, whatever roles run; else it is', () => {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '--eval', SCRIPT],
    { cwd: join(import.meta.dirname, '..'), encoding: 'utf8' },
  )
  expect(stderr).toBe('')
  const names = z.array(z.string())
  const { off, on } = z.object({ off: names, on: names }).parse(JSON.parse(stdout))
  // Where its variables are read.
  expect(off).toEqual(['settings.ts'])
  expect(on).toContain('exporter.ts')
}, 60_000)
