import type { Counter, Metrics } from '#core/metrics.ts'
import { UDP_EVENTS } from '#core/udp/udp-socket.ts'
import type { UdpCounters } from '#core/udp/udp-socket.ts'
import { DISCONNECT_OUTCOMES } from '#db/disconnects.ts'
import type { DisconnectOutcome } from '#db/disconnects.ts'
import { BIND_OUTCOMES } from './access/device-binder.ts'
import type { BindOutcome } from './access/device-binder.ts'
import { HAND_OVER_OUTCOMES } from './hand-over/hand-over-step.ts'
import type { HandOverOutcome } from './hand-over/hand-over-step.ts'
import { LIMITS } from './limits/over-limit.ts'
import type { Limit } from './limits/over-limit.ts'
import { TRACE_LOSSES } from './traces/login-traces.ts'
import type { TraceLoss } from './traces/login-traces.ts'
import { METHODS, REJECT_REASONS, SERVICES, SILENCE_REASONS } from './request.ts'
import type { Method, RejectReason, Service, SilenceReason } from './request.ts'

/** What became of a connection before the first packet. */
const HANDSHAKE_OUTCOMES = [
  'accepted',
  'failed',
  'timed-out',
  'unknown-gateway',
  'wrong-version',
  'too-many-connections',
  'too-many-handshakes',
] as const
export type HandshakeOutcome = (typeof HANDSHAKE_OUTCOMES)[number]

const CLOSE_REASONS = [
  'by-peer',
  'error',
  'malformed',
  'slow-reader',
  'idle',
  'made-room',
  'no-longer-known',
  'stopped',
] as const
export type CloseReason = (typeof CLOSE_REASONS)[number]

export interface RadsecMetrics {
  readonly handshakes: Readonly<Record<HandshakeOutcome, Counter>>
  readonly closed: Readonly<Record<CloseReason, Counter>>
}

export interface RadiusMetrics {
  readonly requests: Readonly<Record<Service, Counter>>
  readonly accepts: Readonly<Record<Method, Counter>>
  readonly rejects: Readonly<Record<RejectReason, Counter>>
  readonly challenges: Counter
  readonly eapResumed: Counter
  readonly dropped: Readonly<Record<SilenceReason, Counter>>
  readonly overLimit: Readonly<Record<Limit, Counter>>
  readonly acknowledged: Counter
  readonly handedOver: Readonly<Record<HandOverOutcome, Counter>>
  readonly takenOver: Counter
  readonly resent: Counter
  readonly statusServer: Counter
  readonly refused: Counter
  readonly radsec: RadsecMetrics
  readonly deviceKeysBound: Readonly<Record<BindOutcome, Counter>>
  readonly disconnects: Readonly<Record<DisconnectOutcome, Counter>>
  readonly udp: UdpCounters
  readonly recorded: Counter
  readonly recordBatches: Counter
  readonly spoolAppends: Counter
  readonly spoolReplayed: Counter
  readonly spoolRefused: Counter
  readonly tracesWritten: Counter
  readonly tracesLost: Readonly<Record<TraceLoss, Counter>>
}

export function createRadiusMetrics(metrics: Metrics): RadiusMetrics {
  return {
    requests: metrics.counters(
      'accueil_radius_requests_total',
      'Packets that came, by port.',
      'service',
      SERVICES,
    ),
    accepts: metrics.counters(
      'accueil_radius_accepts_total',
      'Access-Accepts, by method.',
      'method',
      METHODS,
    ),
    rejects: metrics.counters(
      'accueil_radius_rejects_total',
      'Access-Rejects, by reason.',
      'reason',
      REJECT_REASONS,
    ),
    challenges: metrics.counter('accueil_radius_challenges_total', 'Access-Challenges.'),
    eapResumed: metrics.counter(
      'accueil_radius_eap_resumed_total',
      'Access-Accepts on a resumed TLS session, also counted by method.',
    ),
    dropped: metrics.counters(
      'accueil_radius_dropped_total',
      'Packets left without an answer, by reason.',
      'reason',
      SILENCE_REASONS,
    ),
    overLimit: metrics.counters(
      'accueil_radius_over_limit_total',
      'Packets and logins of a gateway or a device that had too many, by the limit.',
      'limit',
      LIMITS,
    ),
    handedOver: metrics.counters(
      'accueil_radius_handed_over_total',
      'Packets of EAP conversations that another process has, by what became of them.',
      'outcome',
      HAND_OVER_OUTCOMES,
    ),
    takenOver: metrics.counter(
      'accueil_radius_taken_over_total',
      'Packets that another process handed over.',
    ),
    acknowledged: metrics.counter(
      'accueil_radius_accounting_responses_total',
      'Accounting-Responses: records that are on disk.',
    ),
    resent: metrics.counter(
      'accueil_radius_resent_total',
      'Replies sent again to a repeated request.',
    ),
    statusServer: metrics.counter(
      'accueil_radius_status_server_total',
      'Status-Server packets answered.',
    ),
    refused: metrics.counter(
      'accueil_radius_dynamic_refused_total',
      'CoA and Disconnect requests that came to us and were refused.',
    ),
    deviceKeysBound: metrics.counters(
      'accueil_radius_device_keys_bound_total',
      'Devices seen to have a device key, by what became of it.',
      'outcome',
      BIND_OUTCOMES,
    ),
    disconnects: metrics.counters(
      'accueil_radius_disconnects_total',
      'Sessions that a gateway was to end, by what came of it.',
      'outcome',
      DISCONNECT_OUTCOMES,
    ),
    radsec: {
      handshakes: metrics.counters(
        'accueil_radius_radsec_handshakes_total',
        'RadSec connections that came, by what became of them.',
        'outcome',
        HANDSHAKE_OUTCOMES,
      ),
      closed: metrics.counters(
        'accueil_radius_radsec_closed_total',
        'RadSec connections that ended, by reason.',
        'reason',
        CLOSE_REASONS,
      ),
    },
    udp: metrics.counters(
      'accueil_radius_udp_datagrams_total',
      'Datagrams of both UDP ports, by what became of them.',
      'event',
      UDP_EVENTS,
    ),
    recorded: metrics.counter(
      'accueil_radius_accounting_records_total',
      'Accounting events committed to the journal.',
    ),
    recordBatches: metrics.counter(
      'accueil_radius_accounting_batches_total',
      'Transactions that did it.',
    ),
    spoolAppends: metrics.counter(
      'accueil_radius_spool_appends_total',
      'Accounting events kept on the local disk because the database did not take them in time.',
    ),
    spoolReplayed: metrics.counter(
      'accueil_radius_spool_replayed_total',
      'Accounting events brought from there into the database.',
    ),
    spoolRefused: metrics.counter(
      'accueil_radius_spool_refused_total',
      'Accounting events that the local disk did not take either: not acknowledged.',
    ),
    tracesWritten: metrics.counter(
      'accueil_radius_traces_written_total',
      'Rows that say how logins were answered, for radius explain.',
    ),
    tracesLost: metrics.counters(
      'accueil_radius_traces_lost_total',
      'Answers of which no row was written, by why not.',
      'reason',
      TRACE_LOSSES,
    ),
  }
}
