import type { StaffAccount, StaffLogin } from '../access/staff-login.ts'
import { decodeText } from '../attributes.ts'
import { withoutPadding } from '../obfuscation.ts'
import type { RejectReason } from '../request.ts'
import { ACKNOWLEDGEMENT, createIncoming, createOutgoing, parseFragment } from './tls-fragments.ts'
import type { Outgoing } from './tls-fragments.ts'
import type { TlsTunnel } from './tls-tunnel.ts'
import { readInnerCredentials } from './ttls-avp.ts'
import type { InnerCredentials } from './ttls-avp.ts'

export type TtlsOutcome =
  /** Send this in an EAP-Request of type TTLS. */
  | { readonly kind: 'request'; readonly data: Uint8Array }
  | { readonly kind: 'success'; readonly account: StaffAccount; readonly keys: Uint8Array }
  | { readonly kind: 'failure'; readonly reason: RejectReason }
  /** Nothing can be said now: the same response may come again. */
  | { readonly kind: 'overloaded' }

/** One peer's way through EAP-TTLS with PAP inside (RFC 5281). */
export interface Ttls {
  /** `data` is what follows the EAP type; `size` how much TLS fits one EAP packet. */
  respond(data: Uint8Array, size: number): Promise<TtlsOutcome>
  close(): void
}

export function createTtls(openTunnel: () => TlsTunnel, login: StaffLogin): Ttls {
  const incoming = createIncoming()
  let tunnel: TlsTunnel | null = null
  let outgoing: Outgoing | null = null
  let credentials: InnerCredentials | null = null
  let isAlerting = false

  async function judge(inner: InnerCredentials): Promise<TtlsOutcome> {
    const verdict = await login.check(decodeText(inner.username), withoutPadding(inner.password))
    if (!verdict.ok) {
      return verdict.reason === 'overloaded'
        ? { kind: 'overloaded' }
        : { kind: 'failure', reason: verdict.reason }
    }
    const keys = tunnel?.exportKeys() ?? null
    if (keys === null) return { kind: 'failure', reason: 'eap-tls' }
    return { kind: 'success', account: verdict.account, keys }
  }

  function send(message: Uint8Array, size: number): TtlsOutcome {
    outgoing = createOutgoing(message)
    return { kind: 'request', data: outgoing.next(size) }
  }

  async function advance(message: Uint8Array, size: number): Promise<TtlsOutcome> {
    tunnel ??= openTunnel()
    const step = await tunnel.feed(message)
    if (step.failure !== null) {
      // The peer is told why by the alert, and acknowledges it, before it is told that it is out.
      isAlerting = step.output.length > 0
      return isAlerting ? send(step.output, size) : { kind: 'failure', reason: 'eap-tls' }
    }
    if (step.plain.length === 0) return send(step.output, size)
    credentials = readInnerCredentials(step.plain)
    return credentials === null
      ? { kind: 'failure', reason: 'eap-inner-method' }
      : judge(credentials)
  }

  return {
    async respond(data, size) {
      if (credentials !== null) return judge(credentials)
      const fragment = parseFragment(data)
      if (fragment === null) return { kind: 'failure', reason: 'eap-protocol' }
      const isEmpty = fragment.body.length === 0 && !fragment.hasMore
      if (outgoing !== null && !outgoing.isDone) {
        return isEmpty
          ? { kind: 'request', data: outgoing.next(size) }
          : { kind: 'failure', reason: 'eap-protocol' }
      }
      if (isAlerting) return { kind: 'failure', reason: 'eap-tls' }
      const message = incoming.add(fragment)
      if (message === false) return { kind: 'failure', reason: 'eap-protocol' }
      if (message === null) return { kind: 'request', data: ACKNOWLEDGEMENT }
      // Nothing to say before the ClientHello is a mistake; later it is the peer's turn again.
      if (message.length === 0) {
        return tunnel === null
          ? { kind: 'failure', reason: 'eap-protocol' }
          : { kind: 'request', data: ACKNOWLEDGEMENT }
      }
      return advance(message, size)
    },
    close() {
      tunnel?.close()
    },
  }
}
