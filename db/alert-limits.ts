export const ALERT_DAYS = 90

export const ALERT_LIMITS = {
  /** Messages to one channel in one run of the job. */
  batch: 25,
  /** How old an alert may get while its channel does not take it. */
  giveUpAfter: '2 days',
  /** Between tries: doubled each time, up to the longest. */
  firstPauseMs: 60_000,
  longestPauseMs: 3_600_000,
} as const
