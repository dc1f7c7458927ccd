import { join } from 'node:path'
import { AppError } from '#core/error.ts'
import { buildModule, loadModule, nativePath } from '#core/native-module.ts'
import type { Built, Loaded } from '#core/native-module.ts'

const SOURCE = join(import.meta.dirname, 'tls-engine.c')

declare const context: unique symbol
export interface NativeContext {
  readonly [context]: true
}

declare const tunnel: unique symbol
export interface NativeTunnel {
  readonly [tunnel]: true
}

/** Bits of the first element of a step. */
export const STEP = { secure: 1, resumed: 2, tls13: 4, failed: 8 } as const

/** Flags, octets for the peer, what it said inside; undefined where there is nothing. */
export type NativeStep = readonly [
  flags: number,
  output: Uint8Array | undefined,
  plain: Uint8Array | undefined,
]

/** What tls-engine.c exports. */
export interface TlsEngine {
  createContext(
    chains: readonly string[],
    keys: readonly string[],
    roots: readonly string[],
    ciphers: string,
    suites: string,
    groups: string,
    sessionContext: string,
    timeoutSeconds: number,
  ): NativeContext
  /** `session`: what may be resumed by its identifier, or nothing. */
  open(
    context: NativeContext,
    ticketKeys: Uint8Array,
    session: Uint8Array,
    asksForCertificate: boolean,
  ): NativeTunnel
  feed(tunnel: NativeTunnel, octets: Uint8Array): NativeStep
  say(tunnel: NativeTunnel, plain: Uint8Array): NativeStep
  setTicketKeys(tunnel: NativeTunnel, keys: Uint8Array): void
  exportKeyingMaterial(
    tunnel: NativeTunnel,
    length: number,
    label: string,
    context: Uint8Array | null,
  ): Uint8Array
  peerCertificate(tunnel: NativeTunnel): readonly [der: Uint8Array, problem: string | null] | null
  /** By its IANA name; null before the handshake. */
  cipher(tunnel: NativeTunnel): string | null
  /** What OpenSSL says of a tunnel that has failed; null: nothing. */
  failure(tunnel: NativeTunnel): string | null
  session(tunnel: NativeTunnel): readonly [id: Uint8Array, session: Uint8Array] | null
  close(tunnel: NativeTunnel): void
}

export function loadTlsEngine(path: string = nativePath('tls', SOURCE)): Loaded<TlsEngine> {
  return loadModule(path)
}

export function buildTlsEngine(path: string = nativePath('tls', SOURCE)): Built {
  return buildModule(SOURCE, path)
}

export interface EapLayer {
  readonly name: 'native' | 'node'
  /** Why it is not the native one. */
  readonly reason: string | null
  /** Null: node:tls. */
  readonly engine: TlsEngine | null
}

/** `wanted` null: the best there is. Throws when the native one is demanded and cannot be had. */
export function chooseEapLayer(
  wanted: EapLayer['name'] | null,
  load: () => Loaded<TlsEngine> = loadTlsEngine,
): EapLayer {
  if (wanted === 'node') {
    return { name: 'node', reason: 'ACCUEIL_EAP_LAYER says so', engine: null }
  }
  const loaded = load()
  if (loaded.ok) return { name: 'native', reason: null, engine: loaded.native }
  if (wanted === 'native') {
    throw new AppError(
      'radius.eap-layer',
      `ACCUEIL_EAP_LAYER is native, but ${loaded.reason}; build it, or leave the variable out to use node:tls`,
    )
  }
  return { name: 'node', reason: loaded.reason, engine: null }
}
