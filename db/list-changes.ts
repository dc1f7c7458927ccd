import { createHash } from 'node:crypto'
import { writeAudit } from './audit.ts'
import type { Database } from './connection.ts'
import { packListText } from './lists.ts'
import type { NetworkKind } from './sites.ts'

/** A list that no file declares. */
export interface NewList {
  readonly name: string
  readonly category: string
  readonly blocks: readonly NetworkKind[]
  /** Its text, or where it is fetched from. */
  readonly from:
    | { readonly text: Uint8Array }
    | { readonly url: string; readonly folder: string | null; readonly allowPrivate: boolean }
}

/** Adds it, or replaces one that a command added; false where a declaration has one of that name. */
export async function addList(
  database: Pick<Database, 'kysely'>,
  { name, category, blocks, from }: NewList,
  actor: string,
): Promise<boolean> {
  return database.kysely.transaction().execute(async (kysely) => {
    const known = await kysely
      .selectFrom('house.list')
      .select('made_by')
      .where('name', '=', name)
      .forUpdate()
      .executeTakeFirst()
    if (known?.made_by === 'declaration') return false
    await kysely.deleteFrom('house.list').where('name', '=', name).execute()
    const text = 'text' in from ? from.text : new Uint8Array()
    const sha256 = createHash('sha256').update(text).digest('hex')
    await kysely
      .insertInto('house.list')
      .values({
        ...{ name, category, sha256, content: packListText(text), made_by: 'command' },
        blocks: [...blocks],
      })
      .execute()
    if ('url' in from) {
      const { url, folder, allowPrivate } = from
      await kysely
        .insertInto('house.list_source')
        .values({ list: name, url, folder, allow_private: allowPrivate })
        .execute()
    }
    const details = { category, blocks, ...('url' in from ? { url: from.url } : { sha256 }) }
    await writeAudit(kysely, { actor, action: 'list.add', subject: name, reason: null, details })
    return true
  })
}

/** False where no command has added one of that name. */
export async function removeList(
  database: Pick<Database, 'kysely'>,
  name: string,
  actor: string,
): Promise<boolean> {
  return database.kysely.transaction().execute(async (kysely) => {
    const { numDeletedRows } = await kysely
      .deleteFrom('house.list')
      .where('name', '=', name)
      .where('made_by', '=', 'command')
      .executeTakeFirst()
    if (numDeletedRows === 0n) return false
    const line = { actor, action: 'list.remove', subject: name, reason: null, details: {} }
    await writeAudit(kysely, line)
    return true
  })
}
