import type { RoleGrant } from '#core/rights.ts'
import type { Clock } from '#core/clock.ts'
import type { Log } from '#core/log.ts'
import type { Problem } from '#core/role.ts'
import type { Seal } from '#core/seal.ts'
import type { Spans } from '#core/tracing/span.ts'
import type { Mac } from '#core/mac.ts'
import type { Acceptance } from '#db/acceptances.ts'
import type { Database } from '#db/connection.ts'
import type { AdminAccess } from './api/admin/access.ts'
import type { LoginAnswer, LoginQuestion } from './api/logins.ts'
import type { BoundedMap } from '#core/bounded-map.ts'
import type { AccountingRecord } from '#db/accounting-record.ts'
import type { HeldGrant } from '#db/grants.ts'
import type { PendingOpening } from '#db/openings.ts'
import type { Receipted } from '#db/receipts.ts'
import type { Return } from '#db/returns.ts'
import type { Network } from '#db/sites.ts'
import type { UnblockRequest } from '#db/unblock-requests.ts'
import type { FilterVerdict } from './filter/verdict.ts'
import type { GatewayArrivals } from './gateway-arrivals.ts'
import type { Device, GatewayWorld } from './gateways/gateway.ts'
import type { PlaceFiles } from './place-files.ts'
import type { RefusalReason } from './refusal.ts'
import type { KeptAbout } from '#db/kept-about.ts'
import type { Counters } from './counters.ts'
import type { ForgedLinks } from './forged-links.ts'
import type { House } from './house.ts'
import type { RateLimit } from '#core/rate-limit.ts'
import type { EnrolmentServices } from './enrolment/enrolment-services.ts'
import type { InternalServices } from './internal/internal-services.ts'
import type { ScimServices } from './scim/services.ts'
import type { StaticFiles } from './static-files.ts'
import type { StaffServices } from './staff/staff-services.ts'
import type { WaitingDevices } from './waiting-devices.ts'

/** What the handlers need of the world. */
export interface Services {
  readonly publicUrl: URL
  readonly clock: Clock
  readonly seal: Seal
  readonly log: Log
  /** Absent: no traces. */
  readonly spans?: Spans | undefined
  readonly counters: Counters
  readonly house: () => House
  readonly health: () => readonly Problem[]
  readonly requests: RateLimit
  readonly acceptances: RateLimit
  readonly database: PortalDatabase
  readonly admin: AdminAccess
  /** As an operator sees it, through functions that write the audit first; null: not in this process. */
  readonly logDatabase: Database | null
  /** What its pages load. */
  readonly files: StaticFiles
  readonly placeFiles: PlaceFiles
  /** Where gateways reach us by RadSec, for who looks why one does not. */
  readonly radsecPort: number
  /** Who has which role, in memory. */
  readonly roleGrants: () => readonly RoleGrant[]
  readonly gatewayWorld: GatewayWorld
  /** Whether the device's own controller sees it, where there is one to ask. */
  readonly confirm: (device: Device) => Promise<RefusalReason | null>
  readonly polls: GatewayPolls
  /** Until when a device is let in, in memory: null where it has to be asked. */
  readonly grantOf: (mac: Mac) => number | null
  /** What it was let in for the last time, in memory, as long as that can be renewed. */
  readonly lastGrantOf: (mac: Mac) => HeldGrant | null
  /** What the DNS filter says of a name, for whoever is on that network. */
  readonly askFilter: (
    name: string,
    network: Pick<Network, 'site' | 'kind'> | null,
  ) => Promise<FilterVerdict>
  readonly unblockRequests: RateLimit
  /** Codes of receipts that somebody typed. */
  readonly receiptChecks: RateLimit
  /** Devices that were let in without a page a moment ago. */
  readonly returned: BoundedMap<string, true>
  /** Devices that were shown the terms, for who may let one in. */
  readonly waiting: Pick<WaitingDevices, 'note'>
  /** Links that a gateway's secret did not make, for the security desk. */
  readonly forgedLinks: Pick<ForgedLinks, 'note'>
  /** Gateways that send phones here, for who sets one up. */
  readonly arrivals: Pick<GatewayArrivals, 'note'>
  readonly staff: StaffServices
  readonly enrolment: EnrolmentServices
  readonly internal: InternalServices
  readonly scim: ScimServices
}

/** What gateways that poll are told, from memory, and what they say, to the database. */
export interface GatewayPolls {
  waiting(gateway: string): readonly PendingOpening[]
  /** Counts its questions. */
  turn(gateway: string): number
  opened(gateway: string, keys: readonly string[]): Promise<void>
  clear(gateway: string): Promise<void>
  ended(stop: AccountingRecord): Promise<void>
}

/** What the portal asks of the database; each rejects when the answer takes too long. */
export interface PortalDatabase {
  record(acceptance: Acceptance): Promise<{ readonly code: string; readonly grantUntil: Date }>
  recordReturn(device: Return): Promise<{ readonly grantUntil: Date } | null>
  findGrant(where: {
    readonly site: string
    readonly ip: string
    readonly termsInForce: string | null
  }): Promise<{ readonly until: Date } | null>
  findReceipt(code: string): Promise<Receipted | null>
  /** False: as many wait already as anybody will read. */
  askUnblock(request: UnblockRequest): Promise<boolean>
  keptAbout(mac: Mac): Promise<KeptAbout>
  answers(): Promise<boolean>
  findLogins(question: LoginQuestion): Promise<LoginAnswer>
}
