import type { Mac } from '#core/mac.ts'
import type { AccountingRecord, GatewayRestart } from './accounting-record.ts'
import type { PublicSource } from './public-source.ts'
import type { NetworkKind } from './sites.ts'

/** What the log is made from. Plain data: it waits in the journal, in a spool, in quarantine. */
export type LogEvent =
  | { readonly kind: 'record'; readonly record: AccountingRecord }
  | { readonly kind: 'restart'; readonly restart: GatewayRestart }
  | { readonly kind: 'acceptance'; readonly acceptance: AcceptanceEvent }

/** What a RADIUS server has to say. */
export type AccountingEvent = Exclude<LogEvent, { readonly kind: 'acceptance' }>

/** A guest was let in by the portal: a connection that its gateway may never account for. */
export interface AcceptanceEvent {
  readonly gateway: string
  readonly site: string
  readonly network: NetworkKind
  readonly mac: Mac
  /** The device's private address, where the gateway told it. */
  readonly ip: string | null
  /** With which `ip` goes out. */
  readonly publicSource: PublicSource | null
  readonly termsVersion: string
  readonly grantUntil: Date
  readonly at: Date
}
