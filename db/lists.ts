import { promisify } from 'node:util'
import { zstdCompressSync, zstdDecompress } from 'node:zlib'
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

const LONGEST_LIST_BYTES = 512 * 1024 * 1024

export async function loadListHeads(
  database: Pick<Database, 'kysely'>,
): Promise<readonly ListHead[]> {
  const rows = await database.kysely
    .selectFrom('house.list')
    .select(['name', 'category', 'blocks', 'sha256'])
    .orderBy('name')
    .execute()
  return rows.map((row) => ({
    ...row,
    blocks: row.blocks.filter((kind) => kind === 'guest' || kind === 'staff'),
  }))
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
  return zstdCompressSync(text)
}
