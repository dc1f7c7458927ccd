/** What is taken of NetBox at most. */
export const NETBOX_LIMITS = {
  /** Rows of one page; NetBox itself gives a thousand at most. */
  pageRows: 500,
  pages: 200,
  /** Of one page. */
  answerBytes: 16 * 1024 * 1024,
  /** For one page. */
  answerMs: 30_000,
  /** Gone at once, however few places there are. */
  alwaysMissing: 3,
} as const
