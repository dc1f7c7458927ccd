import type { Mac } from '#core/mac.ts'
import type { PublicSource } from './public-source.ts'
import type { NetworkKind } from './sites.ts'

/** One Accounting-Request, as far as the log is concerned (RFC 2866). Plain data: it may wait in a file. */
export interface AccountingRecord {
  readonly kind: 'start' | 'interim' | 'stop'
  readonly gateway: string
  readonly site: string
  readonly network: NetworkKind
  /**
   * What joins the packets of a session (`accountingSessionKey`). Not the Acct-Session-Id itself: a
   * gateway may put anything in it, and where somebody went is never kept.
   */
  readonly sessionKey: string
  readonly mac: Mac | null
  readonly account: string | null
  readonly ipv4: string | null
  readonly ipv6: string | null
  /** With which `ipv4` goes out. */
  readonly publicSource: PublicSource | null
  /** When it happened, as well as can be known. */
  readonly at: Date
  /** What the gateway's clock said, believed or not. */
  readonly nasAt: Date | null
  readonly sessionSeconds: number | null
  /** Gigawords joined; absent is null, not zero. */
  readonly octetsIn: bigint | null
  readonly octetsOut: bigint | null
  /** 32: without gigawords, so that the counters begin again after 4 GiB. Null without counters. */
  readonly counterBits: 32 | 64 | null
  /** The name of RFC 2866 §5.10. */
  readonly cause: string | null
}

/** Accounting-On or -Off: whatever ran on that gateway has ended. */
export interface GatewayRestart {
  readonly gateway: string
  readonly at: Date
  readonly cause: string
}
