import type { Mac } from '#core/mac.ts'
import type { Gateway, GatewayKind } from '#db/gateways.ts'
import type { RefusalReason } from '../refusal.ts'

/** What a gateway told us about a phone, checked as far as its kind allows. */
export interface Device {
  readonly gateway: Gateway
  readonly mac: Mac
  readonly ip: string | null
  /** What the adapter needs to open the gateway later; it travels sealed through the browser. */
  readonly returnData: Readonly<Record<string, string>>
}

export type Arrival =
  | { readonly outcome: 'device'; readonly device: Device }
  /** The gateway says that it already let the phone in. */
  | { readonly outcome: 'already-connected' }
  | { readonly outcome: 'refused'; readonly reason: RefusalReason }

export type Release =
  | { readonly outcome: 'go'; readonly location: string }
  | { readonly outcome: 'refused'; readonly reason: RefusalReason }

export interface Visit {
  readonly query: URLSearchParams
  readonly gateways: ReadonlyMap<string, Gateway>
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** The seam between the portal and one kind of gateway. */
export interface GatewayAdapter {
  readonly kind: GatewayKind
  /** True when the query has the shape that this kind sends; nothing is checked yet. */
  recognises(query: URLSearchParams): boolean
  /** Checks the query; trusts none of it before. */
  receive(visit: Visit): Arrival
  /**
   * Where the browser goes so that the gateway opens: a full navigation, because phones look again
   * for internet only after one. `connected` is our own last page.
   */
  release(device: Device, connected: ConnectedPage): Release
  /** Extra CSP form-action sources: Chromium applies form-action to the redirect after a POST. */
  readonly formAction: readonly string[]
}

export interface ConnectedPage {
  /** From the root of our own host. */
  readonly path: string
  /** With our public host, for a gateway that sends the phone back. */
  readonly url: string
}

export const refused = (reason: RefusalReason): { outcome: 'refused'; reason: RefusalReason } => ({
  outcome: 'refused',
  reason,
})
