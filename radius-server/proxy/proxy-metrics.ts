import type { Counter, Metrics } from '#core/metrics.ts'
import { UDP_EVENTS } from '#core/udp/udp-socket.ts'
import type { UdpCounters } from '#core/udp/udp-socket.ts'

const REQUEST_EVENTS = [
  'sent',
  'sent-again',
  'answered',
  'unanswered',
  'moved-to-next-server',
  'too-many-outstanding',
  'unreachable',
] as const
/** What became of requests of ours to home servers. */
export type RequestEvent = (typeof REQUEST_EVENTS)[number]

const REPLY_FAULTS = ['not-awaited', 'not-authentic'] as const
export type ReplyFault = (typeof REPLY_FAULTS)[number]

const PROBE_OUTCOMES = ['answered', 'unanswered'] as const
const FORWARD_OUTCOMES = ['answered', 'unanswered', 'too-many', 'loop', 'too-long'] as const

export interface ProxyMetrics {
  readonly requests: Readonly<Record<RequestEvent, Counter>>
  readonly replyFaults: Readonly<Record<ReplyFault, Counter>>
  readonly probes: Readonly<Record<(typeof PROBE_OUTCOMES)[number], Counter>>
  readonly forwarded: Readonly<Record<(typeof FORWARD_OUTCOMES)[number], Counter>>
  readonly udp: UdpCounters
}

export function createProxyMetrics(metrics: Metrics): ProxyMetrics {
  return {
    requests: metrics.counters(
      'accueil_radius_home_requests_total',
      'Requests of ours to home servers, by what became of them.',
      'event',
      REQUEST_EVENTS,
    ),
    replyFaults: metrics.counters(
      'accueil_radius_home_reply_faults_total',
      'Packets from home servers that answered nothing.',
      'fault',
      REPLY_FAULTS,
    ),
    probes: metrics.counters(
      'accueil_radius_home_probes_total',
      'Status-Servers to home servers that were silent.',
      'outcome',
      PROBE_OUTCOMES,
    ),
    forwarded: metrics.counters(
      'accueil_radius_home_accounting_total',
      'Recorded accounting packets passed on to home servers, by what became of them.',
      'outcome',
      FORWARD_OUTCOMES,
    ),
    udp: metrics.counters(
      'accueil_radius_home_udp_datagrams_total',
      'Datagrams to and from home servers, by what became of them.',
      'event',
      UDP_EVENTS,
    ),
  }
}
