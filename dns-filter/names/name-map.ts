import { nameFromText } from '../message/name.ts'
import { NameTable, NameTexts } from './name-table.ts'
import { Suffixes } from './suffixes.ts'

/** A small fixed map from domain names to values, asked with the suffixes of a query. */
export class NameMap<T> {
  readonly #table: NameTable
  readonly #values: (T | undefined)[]
  /** By the lowest bits of a hash: 0 where no name has them, which tells nearly every miss by one byte. */
  readonly #present: Uint8Array
  readonly #mask: number

  /** Names that have no wire form are left out; of two equal names the first stays. */
  constructor(entries: Iterable<readonly [string, T]>) {
    const names: Uint8Array[] = []
    const values: T[] = []
    for (const [text, value] of entries) {
      const name = nameFromText(text)
      if (name === null) continue
      names.push(name)
      values.push(value)
    }
    const texts = Buffer.concat(names)
    this.#table = new NameTable(new NameTexts([texts]), names.length)
    this.#values = Array.from({ length: this.#table.capacity })
    this.#mask = 2 ** Math.min(18, Math.ceil(Math.log2(names.length * 16 + 1))) - 1
    this.#present = new Uint8Array(this.#mask + 1)
    const suffixes = new Suffixes()
    let offset = 0
    names.forEach((name, i) => {
      suffixes.read(texts, offset)
      this.#present[(suffixes.high[0] as number) & this.#mask] = 1
      const { slot, isNew } = this.#table.insert(suffixes, offset)
      if (isNew) this.#values[slot] = values[i]
      offset += name.length
    })
  }

  get(name: Suffixes, suffix: number): T | undefined {
    if (this.#present[(name.high[suffix] as number) & this.#mask] === 0) return undefined
    const slot = this.#table.find(name, suffix)
    return slot < 0 ? undefined : this.#values[slot]
  }

  get size(): number {
    return this.#table.size
  }
}

/** Every name above the given ones: `a.b.c` gives `b.c` and `c`. */
export function namesAbove(names: Iterable<string>): Set<string> {
  const above = new Set<string>()
  for (const name of names) {
    for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
      above.add(name.slice(dot + 1))
    }
  }
  above.delete('')
  return above
}
