import { crc32 } from 'node:zlib'
import { z } from 'zod'
import { ACTIONS } from './entry.ts'
import type { ListAction } from './entry.ts'
import type { HashedNames } from '../names/hashed-names.ts'
import { RECORD_BYTES } from '../names/hashed-names.ts'
import type { NameKey } from '../names/keyed-hash.ts'
import type { Slices } from './slices.ts'

/*
 * All lists of the house as one run of octets, in the order of this machine (the file says which):
 *
 *   0   "accueil" and the version of the format
 *   8   CRC-32 of all that follows
 *   12  length of the header
 *   16  length of the whole, in two words
 *   24  1 as a word, which another order of octets reads as 16777216
 *   28  the header, JSON; then the tables, each on a boundary of 64
 */
const MAGIC = Buffer.from('accueil\x01', 'latin1')
const FIXED = 28
const CHECKED_FROM = 12
const LINE = 64

const table = z.object({
  /** Octets from the begin of the blob. */
  places: z.int(),
  records: z.int(),
  buckets: z.int(),
  names: z.int(),
})

const header = z.object({
  key: z.array(z.int()).length(4),
  lists: z.array(
    z.object({
      name: z.string(),
      sha256: z.string(),
      /** Names in its lines, of any action. */
      names: z.int(),
      /** Why it could not be read; null where it was. */
      failure: z.string().nullable(),
    }),
  ),
  /** What a record means, from 1: list numbers and scopes, `list * 4 + scope`. */
  sets: z.array(z.array(z.int())),
  tables: z.record(z.enum(ACTIONS), table),
})

type BlobHeader = z.output<typeof header>
export type BlobList = BlobHeader['lists'][number]

export interface BlobContent {
  readonly key: NameKey
  readonly lists: readonly BlobList[]
  /** `sets[0]` belongs to number 1. */
  readonly sets: readonly (readonly number[])[]
  readonly tables: Readonly<Record<ListAction, HashedNames>>
}

/** Parts to be written one after the other, so that nothing is copied for it. */
export function packBlob(content: BlobContent): readonly Uint8Array[] {
  const draft: BlobHeader = {
    key: [...content.key],
    lists: [...content.lists],
    sets: content.sets.map((set) => [...set]),
    tables: layOut(content, 0),
  }
  // Offsets are part of the header whose length they depend on: room for the longest.
  const room = Buffer.byteLength(JSON.stringify(draft)) + ACTIONS.length * 2 * 16
  const head = Buffer.alloc(FIXED + room, ' ')
  const tables = layOut(content, head.length)
  head.write(JSON.stringify({ ...draft, tables }), FIXED)
  const parts: Uint8Array[] = [head]
  let length = head.length
  const append = (at: number, bytes: Uint8Array): void => {
    if (at > length) parts.push(new Uint8Array(at - length))
    parts.push(bytes)
    length = at + bytes.length
  }
  for (const action of ACTIONS) {
    const { places, records } = content.tables[action]
    append(tables[action].places, octets(places))
    append(tables[action].records, octets(records))
  }
  MAGIC.copy(head)
  const words = new Uint32Array(head.buffer, head.byteOffset, FIXED / 4)
  words[3] = room
  words[4] = length % 0x1_0000_0000
  words[5] = Math.floor(length / 0x1_0000_0000)
  words[6] = 1
  let sum = crc32(head.subarray(CHECKED_FROM))
  for (const part of parts.slice(1)) sum = crc32(part, sum)
  words[2] = sum
  return parts
}

function layOut(content: BlobContent, begin: number): BlobHeader['tables'] {
  let at = begin
  const place = (bytes: number): number => {
    const here = Math.ceil(at / LINE) * LINE
    at = here + bytes
    return here
  }
  const one = (action: ListAction): BlobHeader['tables'][ListAction] => {
    const { places, records } = content.tables[action]
    return {
      places: place(places.byteLength),
      records: place(records.byteLength),
      buckets: places.length - 1,
      names: records.byteLength / RECORD_BYTES,
    }
  }
  return { block: one('block'), allow: one('allow'), insist: one('insist') }
}

function octets(array: Uint32Array | Uint16Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
}

export type OpenedBlob =
  | { readonly ok: true; readonly blob: BlobContent; readonly bytes: number }
  | { readonly ok: false; readonly reason: string }

/** The tables of a blob, which go on living in `memory`. Whether its sum fits is for `checkBlob` to say. */
export function openBlob(memory: Uint8Array): OpenedBlob {
  const bytes = memory.length
  const no = (reason: string): OpenedBlob => ({ ok: false, reason })
  if (bytes < FIXED) return no('it is too short')
  if (!MAGIC.equals(memory.subarray(0, MAGIC.length))) return no('it is of another format')
  const view = new DataView(memory.buffer, memory.byteOffset, bytes)
  const word = (index: number): number => view.getUint32(index * 4, IS_LITTLE)
  if (word(6) !== 1) return no('it is of a machine with another order of octets')
  if (word(4) + word(5) * 0x1_0000_0000 !== bytes) return no('it is not whole')
  const read = readHeader(memory.subarray(FIXED, FIXED + word(3)))
  if (read === null) return no('its header cannot be read')
  const tables = Object.fromEntries(
    ACTIONS.map((action) => [action, tableOf(memory, read.tables[action])]),
  )
  const { block, allow, insist } = tables
  if (block == null || allow == null || insist == null) return no('its tables are not within it')
  const key = Uint32Array.from(read.key)
  const { lists, sets } = read
  return { ok: true, blob: { key, lists, sets, tables: { block, allow, insist } }, bytes }
}

const SLICE_BYTES = 1 << 20

/** Whether the octets of an opened blob are those that were written. */
export async function checkBlob(memory: Uint8Array, slices: Slices): Promise<boolean> {
  let sum = 0
  for (let at = CHECKED_FROM; at < memory.length; at += SLICE_BYTES) {
    sum = crc32(memory.subarray(at, at + SLICE_BYTES), sum)
    await slices.pause()
  }
  const view = new DataView(memory.buffer, memory.byteOffset, memory.length)
  return view.getUint32(8, IS_LITTLE) === sum
}

const IS_LITTLE = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1

function readHeader(bytes: Uint8Array): BlobHeader | null {
  try {
    const parsed = header.safeParse(JSON.parse(Buffer.from(bytes).toString('utf8')))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}

function tableOf(
  memory: Uint8Array,
  { places, records, buckets, names }: BlobHeader['tables'][ListAction],
): HashedNames | null {
  if (places < 0 || records < 0 || buckets < 0 || names < 0) return null
  if (places % LINE !== 0 || records % LINE !== 0 || memory.byteOffset % LINE !== 0) return null
  const placesEnd = places + (buckets + 1) * 4
  const recordsEnd = records + names * RECORD_BYTES
  if (placesEnd > memory.length || recordsEnd > memory.length) return null
  return {
    places: new Uint32Array(memory.buffer, memory.byteOffset + places, buckets + 1),
    records: new Uint16Array(
      memory.buffer,
      memory.byteOffset + records,
      names * (RECORD_BYTES / 2),
    ),
  }
}
