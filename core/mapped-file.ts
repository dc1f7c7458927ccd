import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buildModule, loadModule, nativePath } from './native-module.ts'
import type { Built, Loaded } from './native-module.ts'

const SOURCE = join(import.meta.dirname, 'mapped-file.c')

/** What mapped-file.c exports; throws when the file cannot be mapped. */
export interface NativeMap {
  map(path: string): ArrayBuffer
}

export function loadNativeMap(path: string = nativePath('map', SOURCE)): Loaded<NativeMap> {
  return loadModule(path)
}

export function buildNativeMap(path: string = nativePath('map', SOURCE)): Built {
  return buildModule(SOURCE, path)
}

/**
 * A file's octets, never to be written to: one memory for all processes of the machine where the native
 * layer is built, else a copy. Rejects when the file cannot be read.
 */
export async function openMappedFile(
  path: string,
  native: Loaded<NativeMap> = loadNativeMap(),
): Promise<Uint8Array> {
  if (native.ok) return new Uint8Array(native.native.map(path))
  const bytes = await readFile(path)
  // Of a memory of its own, on whose boundaries words can be read.
  return bytes.byteOffset === 0 && bytes.buffer.byteLength === bytes.length
    ? bytes
    : new Uint8Array(bytes)
}
