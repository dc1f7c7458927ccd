import type { ListIndex } from '../lists/list-index.ts'
import { LIMITS } from '../limits.ts'
import { extendedError } from '../message/edns.ts'
import type { ExtendedError } from '../message/edns.ts'
import { ExtendedCode } from '../message/registry.ts'

/** Of which categories lists are that name a name, each once. */
export type Listed = readonly string[]

export const UNLISTED: Listed = []

/**
 * What the sets of lists come to in categories. What lists have together is put together once and then
 * only found, so that no object is made for a question.
 */
export class ListedCategories {
  readonly #ofCategory = new Map<string, Listed>()
  readonly #ofList: readonly Listed[]
  readonly #ofSet: readonly Listed[]
  #together = new Map<Listed, Map<Listed, Listed>>()
  #pairs = 0

  constructor({ lists, sets }: Pick<ListIndex, 'lists' | 'sets'>) {
    this.#ofList = lists.map(({ category }) => this.#alone(category))
    this.#ofSet = sets.map((members) =>
      members.reduce<Listed>((known, list) => this.withList(known, list), UNLISTED),
    )
  }

  withSet(known: Listed, set: number): Listed {
    return this.both(known, this.#ofSet[set] ?? UNLISTED)
  }

  withList(known: Listed, list: number): Listed {
    return this.both(known, this.#ofList[list] ?? UNLISTED)
  }

  both(a: Listed, b: Listed): Listed {
    if (a === b || b.length === 0) return a
    if (a.length === 0) return b
    return this.#together.get(a)?.get(b) ?? this.#put(a, b)
  }

  #put(a: Listed, b: Listed): Listed {
    if (this.#pairs >= LIMITS.listedTogether) {
      this.#together = new Map()
      this.#pairs = 0
    }
    const more = b.filter((category) => !a.includes(category))
    const both = more.length === 0 ? a : [...a, ...more]
    const withA = this.#together.get(a) ?? new Map<Listed, Listed>()
    this.#together.set(a, withA.set(b, both))
    this.#pairs++
    return both
  }

  #alone(category: string): Listed {
    const known = this.#ofCategory.get(category) ?? [category]
    this.#ofCategory.set(category, known)
    return known
  }
}

/** `listed=adult,games`, for who asked: as many whole ones as there is room for. */
export function listedError(listed: Listed): ExtendedError {
  let text = 'listed='
  for (const category of listed) {
    const longer = `${text}${text.endsWith('=') ? '' : ','}${category}`
    if (Buffer.byteLength(longer) <= LIMITS.extendedText) text = longer
  }
  return extendedError(ExtendedCode.Other, text)
}
