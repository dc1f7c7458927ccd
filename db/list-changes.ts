import { createHash } from 'node:crypto'
import type { Seal } from '#core/seal.ts'
import { writeAudit } from './audit.ts'
import type { Database } from './connection.ts'
import { listKeyContext } from './list-keys.ts'
import type { ListKey } from './list-keys.ts'
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
    | {
        readonly url: string
        readonly folder: string | null
        readonly allowPrivate: boolean
        /** Of a zone. */
        readonly key?: ListKey | null
      }
}

/** Adds it, or replaces one that a command added; false where a declaration has one of that name. */
export async function addList(
  database: Pick<Database, 'kysely'>,
  seal: Seal,
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
    const isFetched = 'url' in from
    if (known !== undefined && isFetched) {
      // From elsewhere, or with another key: what it has stays until that was fetched.
      const said = { category, blocks: [...blocks] }
      await kysely.updateTable('house.list').set(said).where('name', '=', name).execute()
      await kysely.deleteFrom('house.list_source').where('list', '=', name).execute()
    } else {
      await kysely.deleteFrom('house.list').where('name', '=', name).execute()
      const text = isFetched ? new Uint8Array() : from.text
      const row = { name, category, sha256: digest(text), content: packListText(text) }
      await kysely
        .insertInto('house.list')
        .values({ ...row, made_by: 'command', blocks: [...blocks] })
        .execute()
    }
    if (isFetched) {
      const { url, folder, allowPrivate, key = null } = from
      await kysely
        .insertInto('house.list_source')
        .values({
          ...{ list: name, url, folder, allow_private: allowPrivate },
          tsig_name: key?.name ?? null,
          tsig_algorithm: key?.algorithm ?? null,
          tsig_secret: key === null ? null : seal.seal(key.secret, listKeyContext(name)),
        })
        .execute()
    }
    const source = isFetched ? { url: from.url } : { sha256: digest(from.text) }
    const details = { category, blocks, ...source }
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
    const line = { actor, action: 'list.remove', subject: name, reason: null, details: {} } as const
    await writeAudit(kysely, line)
    return true
  })
}

function digest(text: Uint8Array): string {
  return createHash('sha256').update(text).digest('hex')
}
