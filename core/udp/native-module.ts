import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { reasonOf } from '#core/error.ts'

const SOURCE = join(import.meta.dirname, 'batch-socket.c')
const FOLDER = resolve(import.meta.dirname, '../../native')

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

export type Loaded =
  | { readonly ok: true; readonly native: NativeUdp }
  | { readonly ok: false; readonly reason: string }

/** Another source, Node or machine is another file, so that what is loaded is what was written. */
function nativePath(): string {
  const { platform, arch, versions } = process
  const source = createHash('sha256').update(readFileSync(SOURCE)).digest('hex').slice(0, 12)
  return join(FOLDER, `udp-${platform}-${arch}-abi${versions.modules}-${source}.node`)
}

export function loadNative(path: string = nativePath()): Loaded {
  if (!existsSync(path)) {
    return { ok: false, reason: 'it is not built for this Node: npm run build:native' }
  }
  try {
    return { ok: true, native: createRequire(import.meta.url)(path) as NativeUdp }
  } catch (thrown) {
    return { ok: false, reason: `${path} cannot be loaded: ${reasonOf(thrown)}` }
  }
}

export type Built =
  | { readonly ok: true; readonly path: string; readonly isNew: boolean }
  | { readonly ok: false; readonly reason: string }

/** Compiles with the system's `cc` (or `CC`) and the headers that lie beside the Node that runs this. */
export function buildNative(path: string = nativePath()): Built {
  if (existsSync(path)) return { ok: true, path, isNew: false }
  const headers = resolve(dirname(process.execPath), '../include/node')
  if (!existsSync(join(headers, 'node_api.h'))) {
    return { ok: false, reason: `Node's headers are not in ${headers}` }
  }
  const draft = `${path}.${process.pid}`
  const flags = ['-std=c11', '-O2', '-Wall', '-Wextra', '-Werror', '-fPIC', '-shared']
  try {
    mkdirSync(dirname(path), { recursive: true })
    execFileSync(process.env['CC'] ?? 'cc', [...flags, '-I', headers, '-o', draft, SOURCE], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    // Whole or not at all: another process may look for it at this moment.
    renameSync(draft, path)
    return { ok: true, path, isNew: true }
  } catch (thrown) {
    rmSync(draft, { force: true })
    return { ok: false, reason: reasonOf(thrown).trim() }
  }
}
