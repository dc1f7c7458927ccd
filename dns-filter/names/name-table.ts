import { byteAt, LOWER } from '../message/name.ts'
import type { Suffixes } from './suffixes.ts'

/**
 * A miss, the common case, looks at (1 + 1/(1 - load)²) / 2 slots: 5 at two thirds, which are one or
 * two cache lines; at 0.8 it would be 13, to save 3 bytes a name.
 */
const LOAD = 2 / 3

/**
 * Names in wire form, one after the other in a few immutable blocks. An offset counts through all
 * blocks, so a new table over mostly the same lists shares their bytes with the old one.
 */
export class NameTexts {
  readonly #blocks: readonly Uint8Array[]
  readonly #bases: readonly number[]

  constructor(blocks: readonly Uint8Array[]) {
    let base = 0
    this.#blocks = blocks
    this.#bases = blocks.map((block) => (base += block.length) - block.length)
  }

  base(block: number): number {
    return this.#bases[block] ?? 0
  }

  equals(offset: number, name: Suffixes, suffix: number): boolean {
    let block = this.#bases.length - 1
    while (block > 0 && this.base(block) > offset) block--
    const text = this.#blocks[block]
    if (text === undefined) return false
    let at = offset - this.base(block)
    for (let p = name.start(suffix); p < name.end; p++, at++) {
      if (text[at] !== byteAt(LOWER, byteAt(name.bytes, p))) return false
    }
    return true
  }
}

/**
 * From a suffix to a slot number, by open addressing; what a slot means is an array of the caller.
 * 64 bits of hash are used (half to find the slot, half kept in it), then the text is compared: a
 * name is never taken for another.
 */
export class NameTable {
  readonly capacity: number
  readonly #texts: NameTexts
  readonly #scale: number
  // Hash and text offset + 1 (0 is free) side by side: one cache line a probe.
  readonly #slots: Uint32Array
  #size = 0

  constructor(texts: NameTexts, names: number) {
    this.#texts = texts
    this.capacity = Math.ceil(names / LOAD) + 1
    this.#scale = this.capacity / 0x1_0000_0000
    this.#slots = new Uint32Array(this.capacity * 2)
  }

  get size(): number {
    return this.#size
  }

  get bytes(): number {
    return this.#slots.byteLength
  }

  /** The slot of a suffix, or -1. */
  find(name: Suffixes, suffix: number): number {
    const slot = this.#probe(name, suffix)
    return this.#slots[slot * 2 + 1] === 0 ? -1 : slot
  }

  /** The slot of the whole name whose text lies at `offset`; taken now if it was not there. */
  insert(name: Suffixes, offset: number): { readonly slot: number; readonly isNew: boolean } {
    const slot = this.#probe(name, 0)
    const isNew = this.#slots[slot * 2 + 1] === 0
    if (isNew) {
      this.#slots[slot * 2] = name.high[0] ?? 0
      this.#slots[slot * 2 + 1] = offset + 1
      this.#size++
    }
    return { slot, isNew }
  }

  #probe(name: Suffixes, suffix: number): number {
    const high = name.high[suffix]
    let slot = Math.floor((name.low[suffix] ?? 0) * this.#scale)
    for (;;) {
      const offset = this.#slots[slot * 2 + 1] as number
      if (offset === 0) return slot
      if (this.#slots[slot * 2] === high && this.#texts.equals(offset - 1, name, suffix))
        return slot
      if (++slot === this.capacity) slot = 0
    }
  }
}
