import type { Counter, Metrics } from '#core/metrics.ts'
import { UDP_EVENTS } from '#core/udp/udp-socket.ts'
import type { UdpCounters } from '#core/udp/udp-socket.ts'
import { TRANSPORTS } from './via.ts'
import type { Transport } from './via.ts'

const VERDICTS = [
  'blocked',
  'cached',
  'failed',
  'malformed',
  'refused',
  'reserved',
  'resolved',
  'rewritten',
] as const
const DROPS = [
  'not-a-query',
  'overload',
  'unproven',
  'internal',
  'source-port',
  'tcp-connections',
  'tcp-connections-per-client',
  'tcp-empty',
  'tcp-too-long',
  'tcp-slow-reader',
  'tcp-idle',
  'tls-handshake',
  'http-request',
  'http-session',
  'seen-names',
] as const
const CACHE = ['hit', 'miss', 'evicted', 'stale', 'prefetched'] as const
const FAILURES = [
  'timeout',
  'unreachable',
  'untrusted',
  'forged',
  'misspelt',
  'malformed',
  'rcode',
] as const

export interface DnsMetrics {
  readonly queries: Readonly<Record<Transport, Counter>>
  readonly verdicts: Readonly<Record<(typeof VERDICTS)[number], Counter>>
  readonly drops: Readonly<Record<(typeof DROPS)[number], Counter>>
  readonly cache: Readonly<Record<(typeof CACHE)[number], Counter>>
  readonly truncated: Counter
  readonly udp: UdpCounters
  readonly upstreamQueries: Counter
  readonly upstreamFailures: Readonly<Record<(typeof FAILURES)[number], Counter>>
  readonly upstreamMismatches: Counter
  /** From the first datagram to the answer or the last failure. */
  readonly upstreamSeconds: { observe(seconds: number): void }
}

/** Labels name kinds, never a client, an address or a domain. */
export function createDnsMetrics(metrics: Metrics): DnsMetrics {
  return {
    queries: metrics.counters(
      'accueil_dns_queries_total',
      'Messages received.',
      'transport',
      TRANSPORTS,
    ),
    verdicts: metrics.counters(
      'accueil_dns_answers_total',
      'Answers sent, by what was decided.',
      'verdict',
      VERDICTS,
    ),
    drops: metrics.counters(
      'accueil_dns_dropped_total',
      'Messages and connections given up; only with overload is the client told.',
      'reason',
      DROPS,
    ),
    cache: metrics.counters(
      'accueil_dns_cache_total',
      'What came of look-ups, and answers that made room for others.',
      'event',
      CACHE,
    ),
    truncated: metrics.counter(
      'accueil_dns_truncated_total',
      'Answers that did not fit and sent the client to TCP.',
    ),
    udp: metrics.counters(
      'accueil_dns_udp_datagrams_total',
      'Datagrams of the UDP port, by what became of them.',
      'event',
      UDP_EVENTS,
    ),
    upstreamQueries: metrics.counter(
      'accueil_dns_upstream_queries_total',
      'Questions sent upstream, every try counted.',
    ),
    upstreamFailures: metrics.counters(
      'accueil_dns_upstream_failures_total',
      'Questions an upstream did not answer usefully.',
      'reason',
      FAILURES,
    ),
    upstreamSeconds: metrics.histogram(
      'accueil_dns_upstream_seconds',
      'How long clients waited for an upstream.',
      [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 4],
    ),
    upstreamMismatches: metrics.counter(
      'accueil_dns_upstream_mismatches_total',
      'Datagrams that answered another id or question than was asked; a rise is an attack.',
    ),
  }
}
