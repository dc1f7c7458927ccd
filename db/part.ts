import type { Clock } from '#core/clock.ts'
import type { Config } from '#core/config.ts'
import type { Log } from '#core/log.ts'
import type { Metrics } from '#core/metrics.ts'
import type { Seal } from '#core/seal.ts'
import type { Spans } from '#core/tracing/span.ts'
import type { UdpLayer } from '#core/udp/udp-layer.ts'
import type { Database } from './connection.ts'

/** What every part stands on. */
export interface PartDeps {
  readonly config: Config
  readonly database: Database
  /** It did not answer when the process began: who can do without it need not wait for it again. */
  readonly isAway?: boolean
  readonly seal: Seal
  readonly log: Log
  readonly metrics: Metrics
  readonly clock: Clock
  readonly udp: UdpLayer
  /** Absent: no traces. */
  readonly spans?: Spans | undefined
}
