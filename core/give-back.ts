import { join } from 'node:path'
import { buildModule, loadModule, nativePath } from './native-module.ts'
import type { Built, Loaded } from './native-module.ts'

const SOURCE = join(import.meta.dirname, 'give-back.c')

/** What give-back.c exports. */
export interface NativeGiveBack {
  /** To the system: what the C library has free, and what is mapped of files and was not changed. */
  giveBack(): void
}

export function loadNativeGiveBack(
  path: string = nativePath('give-back', SOURCE),
): Loaded<NativeGiveBack> {
  return loadModule(path)
}

export function buildNativeGiveBack(path: string = nativePath('give-back', SOURCE)): Built {
  return buildModule(SOURCE, path)
}

/**
 * At the end of a start, where the process was told to collect (`--expose-gc`), else nothing: half as much again as is
 * needed was needed to get here, and the collector, the C library and the kernel would each keep their part of
 * it. Takes some 50 ms.
 */
export function giveBack(native: Loaded<NativeGiveBack> = loadNativeGiveBack()): void {
  if (globalThis.gc === undefined) return
  globalThis.gc({ type: 'major', execution: 'sync', flavor: 'last-resort' })
  if (native.ok) native.native.giveBack()
}
