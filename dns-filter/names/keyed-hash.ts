import { byteAt, LOWER } from '../message/name.ts'
import type { Suffixes } from './suffixes.ts'

/** Four words of 32 bits. */
export type NameKey = Uint32Array

/**
 * A hash of 96 bits for each suffix of a name, under a key of 128 bits: HalfSipHash-1-3 (Aumasson and
 * Bernstein) over the labels from right to left, each with its length and filled up to whole words, so
 * that a suffix costs only its own label. Unlike HalfSipHash it gives three words of its last state:
 * nobody is shown them, they only must not be alike for two names.
 */
export class KeyedHash {
  readonly first: Uint32Array = new Uint32Array(128)
  readonly second: Uint32Array = new Uint32Array(128)
  readonly third: Uint32Array = new Uint32Array(128)
  readonly #key: NameKey
  #name: Suffixes | null = null
  #reading = -1

  constructor(key: NameKey) {
    this.#key = key
  }

  /** Fills the arrays for all suffixes of the name, unless they are filled for it already. */
  read(name: Suffixes): void {
    if (this.#name === name && this.#reading === name.reading) return
    this.#name = name
    this.#reading = name.reading
    this.#run(name, false)
  }

  /** Fills number 0 alone, the whole name. */
  readWhole(name: Suffixes): void {
    this.#name = null
    this.#run(name, true)
  }

  #run(name: Suffixes, isWholeOnly: boolean): void {
    const { bytes, count, starts } = name
    const key = this.#key
    let a = key[0] as number
    let b = key[1] as number
    let c = (key[2] as number) ^ 0x6c796765
    let d = (key[3] as number) ^ 0x74656462
    for (let i = count - 1; i >= 0; i--) {
      let p = starts[i] as number
      const stop = p + byteAt(bytes, p) + 1
      while (p < stop) {
        let word = byteAt(LOWER, byteAt(bytes, p++))
        if (p < stop) word |= byteAt(LOWER, byteAt(bytes, p++)) << 8
        if (p < stop) word |= byteAt(LOWER, byteAt(bytes, p++)) << 16
        if (p < stop) word |= byteAt(LOWER, byteAt(bytes, p++)) << 24
        d ^= word
        a = (a + b) | 0
        b = ((b << 5) | (b >>> 27)) ^ a
        a = (a << 16) | (a >>> 16)
        c = (c + d) | 0
        d = ((d << 8) | (d >>> 24)) ^ c
        a = (a + d) | 0
        d = ((d << 7) | (d >>> 25)) ^ a
        c = (c + b) | 0
        b = ((b << 13) | (b >>> 19)) ^ c
        c = (c << 16) | (c >>> 16)
        a ^= word
      }
      if (isWholeOnly && i > 0) continue
      let e = a
      let f = b
      let g = c ^ 0xee
      let h = d
      for (let round = 0; round < 3; round++) {
        e = (e + f) | 0
        f = ((f << 5) | (f >>> 27)) ^ e
        e = (e << 16) | (e >>> 16)
        g = (g + h) | 0
        h = ((h << 8) | (h >>> 24)) ^ g
        e = (e + h) | 0
        h = ((h << 7) | (h >>> 25)) ^ e
        g = (g + f) | 0
        f = ((f << 13) | (f >>> 19)) ^ g
        g = (g << 16) | (g >>> 16)
      }
      this.first[i] = e ^ h
      this.second[i] = f
      this.third[i] = g
    }
  }
}
