import { join } from 'node:path'
import { buildModule, loadModule, nativePath } from '#core/native-module.ts'
import type { Built, Loaded } from '#core/native-module.ts'

const SOURCE = join(import.meta.dirname, 'batch-socket.c')

declare const handle: unique symbol
export interface NativeSocket {
  readonly [handle]: true
}

/** What batch-socket.c exports. */
export interface NativeUdp {
  open(
    address: Uint8Array,
    port: number,
    flags: number,
    receiveBufferBytes: number,
    counters: Uint32Array,
    onEvent: (event: number) => void,
  ): NativeSocket
  take(socket: NativeSocket, chunk: Uint8Array, at: number): number
  send(socket: NativeSocket, queue: Uint8Array, from: number, to: number): number
  port(socket: NativeSocket): number
  stopReceiving(socket: NativeSocket): void
  close(socket: NativeSocket): void
}

export function loadNative(path: string = nativePath('udp', SOURCE)): Loaded<NativeUdp> {
  return loadModule(path)
}

export function buildNative(path: string = nativePath('udp', SOURCE)): Built {
  return buildModule(SOURCE, path)
}
