import { randomBytes } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { Duplex } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { TLSSocket, createSecureContext } from 'node:tls'
import type { SecureContext } from 'node:tls'
import { TICKET_NAME_BYTES } from './client-hello.ts'
import { EAP_TYPE } from './eap-packet.ts'
import { CHALLENGE_LABEL, KEY_BYTES, keyLabel } from './tls-tunnel.ts'
import type { ResumableSession, TlsTunnel, TunnelContexts } from './tls-tunnel.ts'
import { SESSION_LIFE_SECONDS, TICKET_KEY_BYTES, TUNNEL_SETTINGS } from './tunnel-settings.ts'
import type { TunnelCredentials } from './tunnel-settings.ts'

declare module 'node:tls' {
  interface TLSSocket {
    // @types/node asks for a context; without one is another exporter (RFC 5705 §4).
    exportKeyingMaterial(length: number, label: string): Buffer
    // What tls.Server reads `authorized` from; a socket of its own has no other way to it.
    _handle: { verifyError(): Error | null | undefined }
  }
}

const CONTEXT_LIMITS = {
  /** Kept for the next: 300 logins a second of a few round trips each need no more at once. */
  idle: 256,
} as const

/**
 * By node:tls, where the native engine is not built. OpenSSL contexts are lent to one conversation at a
 * time, with ticket keys of its own: to make one takes 0.3 ms, a third of what a whole handshake takes; to
 * set other ticket keys takes 5 µs.
 */
export function createNodeContexts(
  credentials: readonly TunnelCredentials[],
  deviceCas: readonly string[],
): TunnelContexts {
  const idle: SecureContext[] = []

  function make(): SecureContext {
    return createSecureContext({
      cert: credentials.map(({ chainPem }) => chainPem),
      key: credentials.map(({ keyPem }) => keyPem),
      // Without a list Node would take the roots of the public web for our devices'.
      ca: [...deviceCas],
      // An organisation may declare the intermediate that signs its devices, and not the root above.
      allowPartialTrustChain: true,
      minVersion: 'TLSv1.2',
      maxVersion: 'TLSv1.3',
      ciphers: `${TUNNEL_SETTINGS.suites}:${TUNNEL_SETTINGS.ciphers}`,
      honorCipherOrder: true,
      ecdhCurve: TUNNEL_SETTINGS.groups,
      sessionIdContext: TUNNEL_SETTINGS.sessionContext,
      sessionTimeout: SESSION_LIFE_SECONDS,
    })
  }

  return {
    open: (type, resume) =>
      openNodeTunnel({
        context: idle.pop() ?? make(),
        giveBack(context) {
          if (idle.length < CONTEXT_LIMITS.idle) idle.push(context)
        },
        type,
        resume,
      }),
  }
}

/** As tls.Server.setTicketKeys does it, which needs a server. The keys are copied. */
function setTicketKeys(context: SecureContext, keys: Uint8Array): void {
  const handle: { setTicketKeys(keys: Uint8Array): void } = context.context
  handle.setTicketKeys(keys)
}

interface NodeTunnelOptions {
  readonly context: SecureContext
  readonly giveBack: (context: SecureContext) => void
  readonly type: number
  readonly resume: ResumableSession | null
}

/**
 * RFC 5281 §7.5: no session may be resumed before its user was let in, and TLS 1.3 sends tickets
 * before we know. So each conversation has ticket keys that nobody else has: only those of the
 * conversations that ended well are kept, and a ticket under any other opens nothing.
 */
function openNodeTunnel({ context, giveBack, type, resume }: NodeTunnelOptions): TlsTunnel {
  const written: Uint8Array[] = []
  const read: Uint8Array[] = []
  const identified: ResumableSession[] = []
  let failure: string | null = null
  let isSecure = false
  let isClosed = false

  let ticketKeys = resume?.kind === 'ticket' ? resume.secret : randomBytes(TICKET_KEY_BYTES)
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
    get cipher() {
      return isSecure ? socket.getCipher().standardName : null
    },
    exportKeys() {
      if (!isSecure || socket.destroyed) return null
      const { label, context: about } = keyLabel(type, isTls13())
      return about === null
        ? socket.exportKeyingMaterial(KEY_BYTES, label)
        : socket.exportKeyingMaterial(KEY_BYTES, label, Buffer.from(about))
    },
    exportChallenge: (bytes) => socket.exportKeyingMaterial(bytes, CHALLENGE_LABEL),
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
      giveBack(context)
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
