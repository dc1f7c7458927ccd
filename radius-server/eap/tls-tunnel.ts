import { randomBytes } from 'node:crypto'
import type { X509Certificate } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { Duplex } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { TLSSocket } from 'node:tls'
import { TICKET_NAME_BYTES } from './client-hello.ts'
import { EAP_TYPE } from './eap-packet.ts'
import { TICKET_KEY_BYTES, setTicketKeys } from './tunnel-contexts.ts'
import type { TunnelContexts } from './tunnel-contexts.ts'

declare module 'node:tls' {
  interface TLSSocket {
    // @types/node asks for a context; without one is another exporter (RFC 5705 §4).
    exportKeyingMaterial(length: number, label: string): Buffer
    // What tls.Server reads `authorized` from; a socket of its own has no other way to it.
    _handle: { verifyError(): Error | null | undefined }
  }
}

/** MSK and EMSK. */
const KEY_BYTES = 128

/** What came of some octets of TLS. */
export interface TunnelStep {
  /** TLS for the peer: the whole flight, or the alert. */
  readonly output: Uint8Array
  /** What the peer said inside. */
  readonly plain: Uint8Array
  /** Null as long as all is well. */
  readonly failure: string | null
}

/** With what a session is found again, and what it is resumed with. */
export interface ResumableSession {
  /** The name of the ticket's keys, or the identifier of a TLS 1.2 session. */
  readonly id: Uint8Array
  /** `ticket`: the 48 octets of the keys; `session`: OpenSSL's own form of the session. */
  readonly kind: 'ticket' | 'session'
  readonly secret: Uint8Array
}

export interface PeerCertificate {
  readonly certificate: X509Certificate
  /** Why OpenSSL would not have it: no known root, not valid now, not for clients. */
  readonly problem: string | null
}

/** The server's side of TLS, without a socket: octets in, octets out. */
export interface TlsTunnel {
  feed(octets: Uint8Array): Promise<TunnelStep>
  /** Puts octets inside; returns the TLS for the peer. */
  say(plain: Uint8Array): Promise<Uint8Array>
  readonly isSecure: boolean
  readonly isResumed: boolean
  readonly isTls13: boolean
  /** `TLSv1.2`, `TLSv1.3`; null before the handshake. */
  readonly version: string | null
  /** By its IANA name; null before the handshake. */
  readonly cipher: string | null
  /** MSK and EMSK, 128 octets; null before the handshake is done. */
  exportKeys(): Uint8Array | null
  /** The challenge that neither side chooses (RFC 5281 §11.1). */
  exportChallenge(bytes: number): Uint8Array
  peerCertificate(): PeerCertificate | null
  /** What the peer may come back with; nothing if it was resumed itself. */
  resumable(): readonly ResumableSession[]
  close(): void
}

export interface TunnelOptions {
  readonly contexts: TunnelContexts
  /** Of the EAP method, which the keys depend on. */
  readonly type: number
  readonly resume: ResumableSession | null
}

/**
 * RFC 5281 §7.5: no session may be resumed before its user was let in, and TLS 1.3 sends tickets
 * before we know. So each conversation has ticket keys that nobody else has: only those of the
 * conversations that ended well are kept, and a ticket under any other opens nothing.
 */
export function createTlsTunnel({ contexts, type, resume }: TunnelOptions): TlsTunnel {
  const written: Uint8Array[] = []
  const read: Uint8Array[] = []
  const identified: ResumableSession[] = []
  let failure: string | null = null
  let isSecure = false
  let isClosed = false

  let ticketKeys = resume?.kind === 'ticket' ? resume.secret : randomBytes(TICKET_KEY_BYTES)
  const context = contexts.take()
  setTicketKeys(context, ticketKeys)
  const wire = new Duplex({
    read() {},
    write(chunk: Uint8Array, _encoding, done) {
      written.push(chunk)
      done()
    },
  })
  const socket = new TLSSocket(wire, {
    isServer: true,
    requestCert: type === EAP_TYPE.TLS,
    // What is wrong with a certificate is judged by us, with the account that it names.
    rejectUnauthorized: false,
    secureContext: context,
    // Stands in for the tls.Server, of which only these events are used.
    server: sessionEvents(resume, identified) as never,
  })
  const fail = (thrown: Error): void => {
    failure ??= thrown.message
  }
  socket.on('secure', () => {
    isSecure = true
  })
  socket.on('data', (chunk: Uint8Array) => read.push(chunk))
  socket.on('error', fail)
  // What goes wrong before the handshake is done is only told this way.
  socket.on('_tlsError', fail)
  socket.on('close', () => fail(new Error('closed by the peer')))
  wire.on('error', fail)

  /**
   * The name of a ticket is sent in clear. Who shows it with another rest gets a full handshake, and
   * its tickets must not be under the keys with which someone else was let in. None is written
   * before the peer's second flight.
   */
  let mayHaveOldKeys = resume?.kind === 'ticket'
  function renewKeys(): void {
    mayHaveOldKeys = false
    if (socket.isSessionReused()) return
    ticketKeys = randomBytes(TICKET_KEY_BYTES)
    setTicketKeys(context, ticketKeys)
  }

  function taken(pieces: Uint8Array[]): Uint8Array {
    return Buffer.concat(pieces.splice(0))
  }
  const isTls13 = (): boolean => socket.getProtocol() === 'TLSv1.3'

  return {
    async feed(octets) {
      wire.push(octets)
      // OpenSSL works in the first turn, Node's streams hand over what it wrote in the second.
      await turn()
      await turn()
      if (mayHaveOldKeys) renewKeys()
      return { output: taken(written), plain: taken(read), failure }
    },
    async say(plain) {
      socket.write(plain)
      await turn()
      return taken(written)
    },
    get isSecure() {
      return isSecure && !socket.destroyed
    },
    get isResumed() {
      return isSecure && socket.isSessionReused()
    },
    get isTls13() {
      return isTls13()
    },
    get version() {
      return isSecure ? socket.getProtocol() : null
    },
    get cipher() {
      return isSecure ? socket.getCipher().standardName : null
    },
    exportKeys() {
      if (!isSecure || socket.destroyed) return null
      if (isTls13()) {
        // RFC 9190 §2.3, RFC 9427 §2.1
        const label = 'EXPORTER_EAP_TLS_Key_Material'
        return socket.exportKeyingMaterial(KEY_BYTES, label, Buffer.of(type))
      }
      // Without a context, which is not the same as an empty one: RFC 5281 §8, RFC 5216 §2.3.
      const label = type === EAP_TYPE.TTLS ? 'ttls keying material' : 'client EAP encryption'
      return socket.exportKeyingMaterial(KEY_BYTES, label)
    },
    exportChallenge: (bytes) => socket.exportKeyingMaterial(bytes, 'ttls challenge'),
    peerCertificate() {
      const certificate = socket.getPeerX509Certificate()
      if (certificate === undefined) return null
      return { certificate, problem: socket._handle.verifyError()?.message ?? null }
    },
    resumable() {
      if (!isSecure || socket.isSessionReused()) return []
      // A TLS 1.2 session has a ticket or an identifier, never both; with TLS 1.3 it is a ticket.
      if (!isTls13() && identified.length > 0) return identified
      const id = ticketKeys.subarray(0, TICKET_NAME_BYTES)
      return [{ id, kind: 'ticket', secret: ticketKeys }]
    },
    close() {
      if (isClosed) return
      isClosed = true
      socket.destroy()
      wire.destroy()
      contexts.giveBack(context)
    },
  }
}

/** Answers at once, so that a flight is complete after its two turns. */
function sessionEvents(
  resume: ResumableSession | null,
  identified: ResumableSession[],
): EventEmitter {
  const events = new EventEmitter()
  events.on('newSession', (id: Uint8Array, secret: Uint8Array, done: () => void) => {
    identified.push({ id, kind: 'session', secret })
    done()
  })
  events.on(
    'resumeSession',
    (id: Uint8Array, done: (error: null, session: Uint8Array | null) => void) => {
      const isThis = resume?.kind === 'session' && Buffer.from(resume.id).equals(id)
      done(null, isThis ? resume.secret : null)
    },
  )
  return events
}
