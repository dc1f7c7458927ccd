import type { Mac } from '#core/mac.ts'
import type { GatewaySettings } from '#db/gateway-kinds.ts'
import type { Gateway, GatewayKind } from '#db/gateways.ts'
import type { RefusalReason } from '../refusal.ts'
import type { CallController } from './call-controller.ts'
import type { Logins } from './logins.ts'

/** A gateway with what its kind is told. */
export interface PortalGateway extends Gateway {
  readonly settings: GatewaySettings
}

/** What a gateway told us about a phone, checked as far as its kind allows. */
export interface Device {
  readonly gateway: PortalGateway
  readonly mac: Mac
  readonly ip: string | null
  /** What the adapter needs to open the gateway later; it travels sealed through the browser. */
  readonly returnData: Readonly<Record<string, string>>
  /** What the gateway says that it is; absent: it says nothing. */
  readonly software?: string
}

export interface Refused {
  readonly outcome: 'refused'
  readonly reason: RefusalReason
  /** The gateway that the link names and whose secret did not make it. */
  readonly forged?: string
}

export type Arrival =
  | { readonly outcome: 'device'; readonly device: Device }
  /** The gateway says that it already let the phone in. */
  | { readonly outcome: 'already-connected' }
  | Refused

export type Release =
  /** The browser goes there, and the gateway opens. */
  | { readonly outcome: 'go'; readonly location: string }
  /** The gateway opens by itself soon; `id` is what `GatewayStore.isOpen` is asked. */
  | { readonly outcome: 'wait'; readonly id: string }
  | Refused

export interface Visit {
  readonly query: URLSearchParams
  /** The address as the phone was sent to it, for kinds that sign it. */
  readonly address: string
  /** Whose secret path it came by; null on the path that all share. */
  readonly named: PortalGateway | null
  /** From where the phone's packets come, as we see it. */
  readonly from: Uint8Array | null
  readonly gateways: ReadonlyMap<string, PortalGateway>
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** What is written down for a gateway; each rejects when the database is away. */
export interface GatewayStore {
  /** For a gateway that polls; returns the id. */
  leaveOpening(opening: {
    readonly gateway: string
    readonly key: string
    readonly line: string
  }): Promise<string>
  /** Has the RADIUS server make the gateway ask again for this device; returns the id. */
  askAgain(gateway: string, mac: Mac, form: string | null): Promise<string>
  isOpen(id: string): Promise<boolean>
  /** A name and a password for one log-in of this device, good for two minutes. */
  issueCredential(device: {
    readonly gateway: string
    readonly mac: Mac
    readonly until: number
  }): Promise<{ readonly name: string; readonly password: string }>
}

/** What an adapter may use to open or to end. */
export interface GatewayWorld {
  readonly store: GatewayStore
  readonly call: CallController
  readonly logins: Logins
}

export interface Opening {
  /** Our own last page. */
  readonly connected: ConnectedPage
  /** Until when the device is let in, in milliseconds since the epoch. */
  readonly until: number
  readonly now: number
  readonly world: GatewayWorld
}

/** What a controller said when it was told to end a device's session. */
export type Revocation = 'disconnected' | 'no-session' | 'refused' | 'no-answer'

/** The seam between the portal and one kind of gateway. */
export interface GatewayAdapter {
  readonly kind: GatewayKind
  /** True when the query has the shape that this kind sends to the shared path; nothing is checked yet. */
  recognises(query: URLSearchParams): boolean
  /** Checks the query; trusts none of it before. */
  receive(visit: Visit): Arrival
  /** Asks the gateway's controller whether it sees the device, where the address could be forged. */
  readonly confirm: ((device: Device, world: GatewayWorld) => Promise<RefusalReason | null>) | null
  /**
   * Opens the gateway, or says where the browser goes so that it opens: a full navigation, because
   * phones look again for internet only after one.
   */
  release(device: Device, opening: Opening): Release | Promise<Release>
  /**
   * Tells the gateway's controller to end the session. Null: it has no such way; where it takes
   * Disconnect-Requests the RADIUS server sends them.
   */
  readonly revoke:
    | ((gateway: PortalGateway, mac: Mac, world: GatewayWorld) => Promise<Revocation>)
    | null
  /** Extra CSP form-action sources: Chromium applies form-action to the redirect after a POST. */
  formAction(gateway: PortalGateway): readonly string[]
}

export interface ConnectedPage {
  /** From the root of our own host. */
  readonly path: string
  /** With our public host, for a gateway that sends the phone back. */
  readonly url: string
}

export const refused = (reason: RefusalReason): Refused => ({ outcome: 'refused', reason })

/** For a link that only the gateway could have made, and did not. */
export const forgedBy = (reason: RefusalReason, gateway: PortalGateway): Refused => ({
  ...refused(reason),
  forged: gateway.name,
})
