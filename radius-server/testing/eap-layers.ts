import { spawnSync } from 'node:child_process'
import { buildTlsEngine, chooseEapLayer } from '../eap/tls-engine.ts'
import type { EapLayer } from '../eap/tls-engine.ts'

/**
 * Every layer that this machine can have, for suites that must pass on each. Only where there is no
 * compiler at all is it node:tls alone; a compiler that refuses our source fails the suite.
 */
export function everyEapLayer(): readonly EapLayer[] {
  const node = chooseEapLayer('node')
  if (spawnSync(process.env['CC'] ?? 'cc', ['--version']).error !== undefined) return [node]
  const built = buildTlsEngine()
  if (!built.ok) throw new Error(built.reason)
  return [chooseEapLayer('native'), node]
}
