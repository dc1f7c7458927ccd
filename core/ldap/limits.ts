/** How much a directory may cost us, whatever it does. */
export const DIRECTORY_LIMITS = {
  /** Logins under way; more are refused at once, so that a slow directory holds no more than this. */
  logins: 32,
  /** To connect, with TLS; the service account's bind is an operation. */
  connectMs: 1_500,
  /** One question and its answer. */
  operationMs: 1_500,
  /** A whole login on all servers: a gateway asks again after three to five seconds. */
  loginMs: 4_000,
  /** Of one answer; a person with a thousand groups takes a tenth of it. */
  answerBytes: 1_048_576,
  /** Connections of one sort that stay open with nothing to do. */
  idleConnections: 4,
  idleMs: 60_000,
  groups: 500,
  /** Groups within groups within groups. */
  groupDepth: 8,
  /** Distinguished names in one filter. */
  groupsInFilter: 50,
  searchSeconds: 2,
  /** Of one page of an answer (RFC 2696). Most people have fewer groups, and servers give as many at once. */
  pageEntries: 100,
  /** Entries that changed between two looks; of more, the run of the job that asks about everybody hears. */
  changes: 5_000,
  /** No further server is asked what changed after this. */
  changesMs: 4_000,
} as const
