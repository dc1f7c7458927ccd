import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Clock } from '#core/clock.ts'
import type { Config } from '#core/config.ts'
import type { Log } from '#core/log.ts'
import type { Metrics } from '#core/metrics.ts'
import type { Tracing } from '#core/tracing/open-tracing.ts'

/** Null where no collector is named: then nothing of it is loaded. */
export async function tracingOf(
  config: Pick<Config, 'tracing'>,
  deps: { readonly metrics: Metrics; readonly log: Log; readonly clock: Clock },
): Promise<Tracing | null> {
  const settings = config.tracing
  if (settings === null) return null
  const { openTracing } = await import('#core/tracing/open-tracing.ts')
  return openTracing({ ...deps, settings, version: ownVersion() })
}

function ownVersion(): string {
  const file = readFileSync(join(import.meta.dirname, '..', 'package.json'), 'utf8')
  return z.object({ version: z.string() }).parse(JSON.parse(file)).version
}
