import type { KeyedHash } from './keyed-hash.ts'

/** A record: 64 bits of hash in four words of 16, then what the name means. */
const WORDS = 5
export const RECORD_BYTES = WORDS * 2
/** Names in a bucket on average: a look-up reads its place and, mostly, one cache line. */
const NAMES_A_BUCKET = 5

/**
 * Names as hashes, in buckets without a gap: 10 bytes a name and a fifth of 4 for its bucket. The bucket
 * comes from 32 more bits, so two names are taken for one only if about 82 bits of their hashes agree
 * among a million of them, 84 among five.
 */
export interface HashedNames {
  /** Where the records of each bucket begin; one more at the end. */
  readonly places: Uint32Array
  readonly records: Uint16Array
}

export function findHashed(names: HashedNames, hash: KeyedHash, suffix: number): number {
  const { places, records } = names
  const bucket = bucketOf(hash.first[suffix] as number, places.length - 1)
  const second = hash.second[suffix] as number
  const low = second & 0xffff
  const end = (places[bucket + 1] as number) * WORDS
  for (let at = (places[bucket] as number) * WORDS; at < end; at += WORDS) {
    if (records[at] !== low || records[at + 1] !== second >>> 16) continue
    const third = hash.third[suffix] as number
    if (records[at + 2] !== (third & 0xffff) || records[at + 3] !== third >>> 16) continue
    return records[at + 4] as number
  }
  return 0
}

function bucketOf(word: number, buckets: number): number {
  return Math.floor(word * (buckets / 0x1_0000_0000))
}

const CHUNK = 1 << 18

/** Gathers names and what each list says of them, and makes `HashedNames` of it. */
export class HashedNamesBuilder {
  readonly #words: Uint32Array[] = []
  readonly #meanings: Uint16Array[] = []
  #count = 0

  /** How many were added, equal ones counted each time. */
  get count(): number {
    return this.#count
  }

  add(hash: KeyedHash, meaning: number): void {
    const at = this.#count % CHUNK
    if (at === 0) {
      this.#words.push(new Uint32Array(CHUNK * 3))
      this.#meanings.push(new Uint16Array(CHUNK))
    }
    const words = this.#words.at(-1) as Uint32Array
    words[at * 3] = hash.first[0] as number
    words[at * 3 + 1] = hash.second[0] as number
    words[at * 3 + 2] = hash.third[0] as number
    const meanings = this.#meanings.at(-1) as Uint16Array
    meanings[at] = meaning
    this.#count++
  }

  /**
   * `join` gives the number, from 1, of all that is said of one name; each meaning once, ascending. What
   * was gathered is let go of on the way.
   */
  build(join: (meanings: readonly number[]) => number): HashedNames {
    const buckets = Math.ceil(this.#count / NAMES_A_BUCKET)
    const places = new Uint32Array(buckets + 1)
    for (let i = 0; i < this.#count; i++) {
      const words = this.#words[Math.floor(i / CHUNK)] as Uint32Array
      const bucket = bucketOf(words[(i % CHUNK) * 3] as number, buckets)
      places[bucket + 1] = (places[bucket + 1] as number) + 1
    }
    for (let bucket = 0; bucket < buckets; bucket++) {
      places[bucket + 1] = (places[bucket + 1] as number) + (places[bucket] as number)
    }
    const records = this.#placed(places, buckets)
    // Now `places[i]` is where bucket i ends.
    let written = 0
    let begin = 0
    const joined: number[] = []
    for (let bucket = 0; bucket < buckets; bucket++) {
      const end = places[bucket] as number
      sortRecords(records, begin, end)
      places[bucket] = written
      for (let at = begin; at < end;) {
        const next = sameName(records, at, end, joined)
        records.copyWithin(written * WORDS, at * WORDS, at * WORDS + WORDS - 1)
        records[written * WORDS + WORDS - 1] = join(joined)
        written++
        at = next
      }
      begin = end
    }
    places[buckets] = written
    return { places, records: records.subarray(0, written * WORDS) }
  }

  /** Every record in its bucket; moves each bucket's place from its begin to its end. */
  #placed(places: Uint32Array, buckets: number): Uint16Array {
    const records = new Uint16Array(this.#count * WORDS)
    for (let i = 0; i < this.#count;) {
      const words = this.#words.shift() as Uint32Array
      const meanings = this.#meanings.shift() as Uint16Array
      for (let j = 0; j < CHUNK && i < this.#count; j++, i++) {
        const bucket = bucketOf(words[j * 3] as number, buckets)
        const at = (places[bucket] as number) * WORDS
        places[bucket] = (places[bucket] as number) + 1
        const second = words[j * 3 + 1] as number
        const third = words[j * 3 + 2] as number
        records[at] = second
        records[at + 1] = second >>> 16
        records[at + 2] = third
        records[at + 3] = third >>> 16
        records[at + 4] = meanings[j] as number
      }
    }
    this.#count = 0
    return records
  }
}

/** Insertion sort, because a bucket holds a handful: by hash, then by meaning. */
function sortRecords(records: Uint16Array, begin: number, end: number): void {
  for (let i = begin + 1; i < end; i++) {
    for (let j = i; j > begin && compare(records, j - 1, j) > 0; j--) swap(records, j - 1, j)
  }
}

function compare(records: Uint16Array, a: number, b: number): number {
  for (let word = 0; word < WORDS; word++) {
    const difference = (records[a * WORDS + word] as number) - (records[b * WORDS + word] as number)
    if (difference !== 0) return difference
  }
  return 0
}

function swap(records: Uint16Array, a: number, b: number): void {
  for (let word = 0; word < WORDS; word++) {
    const kept = records[a * WORDS + word] as number
    records[a * WORDS + word] = records[b * WORDS + word] as number
    records[b * WORDS + word] = kept
  }
}

/** Puts what is said of the name at `at` into `joined`; returns where the next name begins. */
function sameName(records: Uint16Array, at: number, end: number, joined: number[]): number {
  joined.length = 0
  let next = at
  do {
    const meaning = records[next * WORDS + WORDS - 1] as number
    if (joined.at(-1) !== meaning) joined.push(meaning)
    next++
  } while (next < end && isSameHash(records, at, next))
  return next
}

function isSameHash(records: Uint16Array, a: number, b: number): boolean {
  for (let word = 0; word < WORDS - 1; word++) {
    if (records[a * WORDS + word] !== records[b * WORDS + word]) return false
  }
  return true
}
