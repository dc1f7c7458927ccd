import type { StaffAccount } from '../access/staff-login.ts'
import type { LoginTrace } from '../login-trace.ts'
import type { Method, RejectReason } from '../request.ts'
import type { EapMethod, EapOutcome } from './eap-method.ts'
import type { Resumption } from './resumption.ts'
import { START, createIncoming, createOutgoing, parseFragment } from './tls-fragments.ts'
import type { Outgoing } from './tls-fragments.ts'
import type { ResumableSession, TlsTunnel } from './tls-tunnel.ts'

const NOTHING = new Uint8Array(0)

/** What is said inside the tunnel, or what came of it. */
export type Say =
  | { readonly kind: 'say'; readonly plain: Uint8Array }
  /** It is the peer's turn. */
  | { readonly kind: 'listen' }
  | {
      readonly kind: 'success'
      readonly account: StaffAccount
      readonly method: Method
      /** As it was given: by it a directory is found again. */
      readonly loginName: string
    }
  | { readonly kind: 'failure'; readonly reason: RejectReason }
  | { readonly kind: 'overloaded' }

/** What a method does with the tunnel. After `overloaded` the same is asked again. */
export interface Phase2 {
  /** TLS is up: what goes with our last flight. `listen` is nothing. */
  greet(): Promise<Say>
  /** The peer has all we said and says nothing itself. */
  turn(): Promise<Say>
  hear(plain: Uint8Array): Promise<Say>
}

export interface TlsMethodDeps {
  readonly type: number
  readonly openTunnel: (resume: ResumableSession | null) => TlsTunnel
  readonly resumption: Resumption
  /** `resumed` is who was let in when the session began, if it is resumed. */
  readonly createPhase2: (tunnel: TlsTunnel, resumed: ResumedLogin | null) => Phase2
  readonly trace: LoginTrace
}

export interface ResumedLogin {
  readonly username: string
  readonly method: Method
}

/** What EAP-TLS, EAP-TTLS and PEAP share: fragments, handshake, alerts, resumption, keys. */
export function createTlsMethod(deps: TlsMethodDeps): EapMethod {
  const { type, openTunnel, resumption, createPhase2, trace } = deps
  const incoming = createIncoming()
  let tunnel: TlsTunnel | null = null
  let offered: Awaited<ReturnType<Resumption['find']>> = null
  let phase2: Phase2 | null = null
  let outgoing: Outgoing | null = null
  let isAlerting = false
  let isClosed = false
  let retry: ((size: number) => Promise<EapOutcome>) | null = null

  function send(message: Uint8Array, size: number): EapOutcome {
    outgoing = createOutgoing(message)
    return { kind: 'request', data: outgoing.next(size) }
  }

  async function open(message: Uint8Array): Promise<TlsTunnel> {
    offered = await resumption.find(type, message)
    const opened = openTunnel(offered?.session ?? null)
    // The device may have begun anew meanwhile.
    if (isClosed) opened.close()
    return opened
  }

  async function advance(message: Uint8Array, size: number): Promise<EapOutcome> {
    tunnel ??= await open(message)
    const { output, plain, failure } = await tunnel.feed(message)
    if (failure !== null) {
      trace.tlsAlert = alertIn(failure)
      // The peer is told why by the alert, and acknowledges it, before it is told that it is out.
      isAlerting = output.length > 0
      return isAlerting ? send(output, size) : { kind: 'failure', reason: 'eap-tls' }
    }
    if (!tunnel.isSecure) return send(output, size)
    if (phase2 !== null) return afterHandshake(tunnel, phase2, output, plain, size)
    return established(tunnel, output, plain, size)
  }

  async function established(
    open: TlsTunnel,
    output: Uint8Array,
    plain: Uint8Array,
    size: number,
  ): Promise<EapOutcome> {
    retry = null
    trace.tlsVersion = open.isTls13 ? 'TLSv1.3' : 'TLSv1.2'
    trace.cipher = open.cipher
    trace.isResumed = open.isResumed
    const opened = phase2 ?? createPhase2(open, open.isResumed ? (offered?.login ?? null) : null)
    phase2 = opened
    const greeting = await opened.greet()
    if (greeting.kind === 'overloaded') {
      retry = (again) => established(open, output, plain, again)
      return greeting
    }
    if (greeting.kind === 'failure') return greeting
    const said = greeting.kind === 'say' ? await open.say(greeting.plain) : NOTHING
    return afterHandshake(open, opened, Buffer.concat([output, said]), plain, size)
  }

  async function afterHandshake(
    open: TlsTunnel,
    inner: Phase2,
    output: Uint8Array,
    plain: Uint8Array,
    size: number,
  ): Promise<EapOutcome> {
    if (plain.length > 0) return follow(open, output, () => inner.hear(plain), size)
    // The peer must have our Finished, or our tickets, before anything else.
    if (output.length > 0) return send(output, size)
    return follow(open, NOTHING, () => inner.turn(), size)
  }

  async function follow(
    open: TlsTunnel,
    output: Uint8Array,
    ask: () => Promise<Say>,
    size: number,
  ): Promise<EapOutcome> {
    retry = null
    const say = await ask()
    switch (say.kind) {
      case 'overloaded':
        retry = (again) => follow(open, output, ask, again)
        return say
      case 'failure':
        return say
      case 'listen':
        return send(output, size)
      case 'say':
        return send(Buffer.concat([output, await open.say(say.plain)]), size)
      case 'success': {
        const keys = open.exportKeys()
        if (keys === null) return { kind: 'failure', reason: 'eap-tls' }
        const { account, method } = say
        const isResumed = open.isResumed
        trace.account = account.username
        if (!isResumed) {
          resumption.remember(type, open.resumable(), { username: say.loginName, method })
        }
        return { kind: 'success', account, method, keys, isResumed }
      }
    }
  }

  return {
    type,
    start: START,
    async respond(data, size) {
      if (retry !== null) return retry(size)
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
      if (message === null) return send(NOTHING, size)
      if (message.length > 0) return advance(message, size)
      // Nothing to say before the ClientHello is a mistake; later it is the peer's turn again.
      if (tunnel === null) return { kind: 'failure', reason: 'eap-protocol' }
      const inner = phase2
      return inner === null
        ? send(NOTHING, size)
        : follow(tunnel, NOTHING, () => inner.turn(), size)
    },
    close() {
      isClosed = true
      tunnel?.close()
    },
  }
}

/** `tlsv1 alert unknown ca` (RFC 8446 §6.2) out of the sentence of OpenSSL. */
function alertIn(failure: string): string | null {
  return /\balert ([a-z ]{1,40})/.exec(failure)?.[1]?.trim() ?? null
}
