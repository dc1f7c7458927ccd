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

/** Takes 3 ms, of which a million queries a minute notice nothing. */
const EVERY_MS = 60_000

/**
 * At the end of a start, where the process was told to collect (`--expose-gc`), else nothing: half as much again as is
 * needed was needed to get here, and the collector, the C library and the kernel would each keep their part of
 * it. Takes some 50 ms. What is compiled while it serves leaves the latter two the same again, so they are asked each minute.
 */
export function keepSmall(native: Loaded<NativeGiveBack> = loadNativeGiveBack()): void {
  if (globalThis.gc === undefined) return
  globalThis.gc({ type: 'major', execution: 'sync', flavor: 'last-resort' })
  if (!native.ok) return
  native.native.giveBack()
  setInterval(() => native.native.giveBack(), EVERY_MS).unref()
}
