/**
 * Every event that a log line can carry, one a line, so that a search or an alert can name it.
 * `error` is for what a person must act on now; a healthy day has none.
 */
export type EventName =
  | 'database.lost'
  | 'database.recovered'
  | 'dns.list.read'
  | 'dns.listening'
  | 'dns.lists.compiled'
  | 'dns.lists.failed'
  | 'job.failed'
  | 'job.finished'
  | 'live.reload-failed'
  | 'portal.acceptance.not-recorded'
  | 'portal.grant.not-found-out'
  | 'portal.listening'
  | 'portal.request.failed'
  | 'postgres.ended'
  | 'process.started'
  | 'process.stopped'
  | 'radius.accounting.failed'
  | 'radius.accounting.refused'
  | 'radius.certificate.failed'
  | 'radius.client.unknown'
  | 'radius.listening'
  | 'radius.request.failed'
  | 'role.stop-failed'
