import type { AccountingRecord } from './accounting-record.ts'

const MINUTE_MS = 60_000

export const SLACK = {
  /**
   * How far apart two packets' accounts of one session may be: a clock that is believed may be ten
   * minutes off and be corrected meanwhile, and a packet may be on its way for some minutes more.
   */
  sessionMs: 15 * MINUTE_MS,
  /** Whole seconds, rounded at the beginning and at the end. */
  roundingMs: 2000,
} as const

/** When the session began according to this record, sent at `at`, alone; null if it does not say. */
export function beganAt({ kind, sessionSeconds }: AccountingRecord, at: number): number | null {
  if (kind === 'start') return at
  // Some gateways send 0 where they do not know.
  return sessionSeconds === null || sessionSeconds === 0 ? null : at - sessionSeconds * 1000
}
