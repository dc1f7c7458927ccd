import { X509Certificate } from 'node:crypto'
import { randomOctets } from '#core/random-octets.ts'
import { TICKET_NAME_BYTES } from './client-hello.ts'
import { EAP_TYPE } from './eap-packet.ts'
import { STEP } from './tls-engine.ts'
import type { NativeContext, NativeStep, TlsEngine } from './tls-engine.ts'
import { CHALLENGE_LABEL, KEY_BYTES, keyLabel } from './tls-tunnel.ts'
import type { ResumableSession, TlsTunnel, TunnelContexts } from './tls-tunnel.ts'
import { SESSION_LIFE_SECONDS, TICKET_KEY_BYTES, TUNNEL_SETTINGS } from './tunnel-settings.ts'
import type { TunnelCredentials } from './tunnel-settings.ts'

const NOTHING = new Uint8Array(0)

/** One context for all: what is of a conversation's own, its tunnel has. */
export function createNativeContexts(
  engine: TlsEngine,
  credentials: readonly TunnelCredentials[],
  deviceCas: readonly string[],
): TunnelContexts {
  const context = engine.createContext(
    credentials.map(({ chainPem }) => chainPem),
    credentials.map(({ keyPem }) => keyPem),
    deviceCas,
    TUNNEL_SETTINGS.ciphers,
    TUNNEL_SETTINGS.suites,
    TUNNEL_SETTINGS.groups,
    TUNNEL_SETTINGS.sessionContext,
    SESSION_LIFE_SECONDS,
  )
  return { open: (type, resume) => openNativeTunnel(engine, context, type, resume) }
}

/** Why each conversation has ticket keys of its own is told at its other half, in node-tunnel.ts. */
function openNativeTunnel(
  engine: TlsEngine,
  context: NativeContext,
  type: number,
  resume: ResumableSession | null,
): TlsTunnel {
  let ticketKeys = resume?.kind === 'ticket' ? resume.secret : randomOctets(TICKET_KEY_BYTES)
  let mayHaveOldKeys = resume?.kind === 'ticket'
  const session = resume?.kind === 'session' ? resume.secret : NOTHING
  const tunnel = engine.open(context, ticketKeys, session, type === EAP_TYPE.TLS)
  let flags = 0
  let isClosed = false
  const has = (bit: number): boolean => (flags & bit) !== 0
  const isSecure = (): boolean => !isClosed && has(STEP.secure) && !has(STEP.failed)

  function take([now, output]: NativeStep): Uint8Array {
    flags = now
    return output ?? NOTHING
  }

  function renewKeys(): void {
    mayHaveOldKeys = false
    if (has(STEP.resumed)) return
    ticketKeys = randomOctets(TICKET_KEY_BYTES)
    engine.setTicketKeys(tunnel, ticketKeys)
  }

  return {
    feed(octets) {
      if (isClosed) return { output: NOTHING, plain: NOTHING, failure: 'closed' }
      const step = engine.feed(tunnel, octets)
      const output = take(step)
      if (mayHaveOldKeys) renewKeys()
      const failure = has(STEP.failed) ? (engine.failure(tunnel) ?? 'TLS failed') : null
      return { output, plain: step[2] ?? NOTHING, failure }
    },
    say: (plain) => (isSecure() ? take(engine.say(tunnel, plain)) : NOTHING),
    get isSecure() {
      return isSecure()
    },
    get isResumed() {
      return isSecure() && has(STEP.resumed)
    },
    get isTls13() {
      return has(STEP.tls13)
    },
    get cipher() {
      return isSecure() ? engine.cipher(tunnel) : null
    },
    exportKeys() {
      if (!isSecure()) return null
      const { label, context: about } = keyLabel(type, has(STEP.tls13))
      return engine.exportKeyingMaterial(tunnel, KEY_BYTES, label, about)
    },
    exportChallenge: (bytes) => engine.exportKeyingMaterial(tunnel, bytes, CHALLENGE_LABEL, null),
    peerCertificate() {
      const shown = isClosed ? null : engine.peerCertificate(tunnel)
      if (shown === null) return null
      return { certificate: new X509Certificate(shown[0]), problem: shown[1] }
    },
    resumable() {
      if (!isSecure() || has(STEP.resumed)) return []
      // A TLS 1.2 session has a ticket or an identifier, never both; with TLS 1.3 it is a ticket.
      const identified = has(STEP.tls13) ? null : engine.session(tunnel)
      if (identified !== null) {
        return [{ id: identified[0], kind: 'session', secret: identified[1] }]
      }
      const id = ticketKeys.subarray(0, TICKET_NAME_BYTES)
      return [{ id, kind: 'ticket', secret: ticketKeys }]
    },
    close() {
      isClosed = true
      engine.close(tunnel)
    },
  }
}
