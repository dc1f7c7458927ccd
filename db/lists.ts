import { promisify } from 'node:util'
import { constants, zstdCompressSync, zstdDecompress, zstdDecompressSync } from 'node:zlib'
import { AppError } from '#core/error.ts'
import type { Database } from './connection.ts'
import type { NetworkKind } from './sites.ts'

export interface ListHead {
  readonly name: string
  readonly category: string
  /** The networks on which it blocks. */
  readonly blocks: readonly NetworkKind[]
  /** Hex, of the text as it was given. */
  readonly sha256: string
}

// Off the event loop: names are answered while a large list is unpacked.
const decompress = promisify(zstdDecompress)

export const LONGEST_LIST_BYTES = 512 * 1024 * 1024

export async function loadListHeads(database: Pick<Database, 'sql'>): Promise<readonly ListHead[]> {
  const rows = await database.sql<(Omit<ListHead, 'blocks'> & { readonly blocks: string[] })[]>`
    select name, category, blocks, sha256 from house.list order by name`
  return rows.map((row) => ({
    ...row,
    blocks: row.blocks.filter((kind) => kind === 'guest' || kind === 'staff'),
  }))
}

/** One answer of the database holds no more of a list: a large one would stop everything else. */
const SLICE_BYTES = 256 * 1024

/**
 * The list's text as it is kept, packed, in slices. Throws when there is no such list, or another of that
 * name meanwhile.
 */
export async function* readPackedList(
  database: Pick<Database, 'sql'>,
  { name, sha256 }: ListHead,
): AsyncGenerator<Uint8Array> {
  for (let at = 0, length = 1; at < length; at += SLICE_BYTES) {
    const [row] = await database.sql<{ length: number; slice: Uint8Array }[]>`
      select octet_length(content) as length, substring(content from ${at + 1} for ${SLICE_BYTES}) as slice
      from house.list where name = ${name} and sha256 = ${sha256}`
    if (row === undefined) throw new AppError('list', `there is no such list "${name}" any more`)
    length = row.length
    yield row.slice
  }
}

/** The list's text, UTF-8, as it was given. Throws when there is no such list. */
export async function readListText(
  database: Pick<Database, 'kysely'>,
  name: string,
): Promise<Uint8Array> {
  const row = await database.kysely
    .selectFrom('house.list')
    .select('content')
    .where('name', '=', name)
    .executeTakeFirst()
  if (row === undefined) throw new AppError('list', `there is no list "${name}"`)
  return decompress(row.content, { maxOutputLength: LONGEST_LIST_BYTES })
}

export function packListText(text: Uint8Array): Uint8Array {
  return zstdCompressSync(text, { params: { [constants.ZSTD_c_checksumFlag]: 1 } })
}

/** For a thread that may take its time. Throws when it is damaged, or longer than any list may be. */
export function unpackListText(packed: Uint8Array): Uint8Array {
  return zstdDecompressSync(packed, { maxOutputLength: LONGEST_LIST_BYTES })
}
