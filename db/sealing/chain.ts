import type postgres from 'postgres'
import { FIRST_PREVIOUS, linkOf } from './day-seal.ts'
import type { DaySeal } from './day-seal.ts'
import { linkOfChange } from './key-change.ts'
import type { KeyChange } from './key-change.ts'
import { loadSeals } from './seals.ts'
import type { StoredSeal } from './seals.ts'

/** What the chain is made of: the seal of a day, or a change of the key between two of them. */
export type ChainLink<S extends DaySeal = DaySeal> =
  | { readonly kind: 'seal'; readonly seal: S }
  | { readonly kind: 'change'; readonly change: KeyChange }

export async function loadChain(sql: postgres.ISql): Promise<readonly ChainLink<StoredSeal>[]> {
  const seals = await loadSeals(sql)
  const links: ChainLink<StoredSeal>[] = []
  const waiting = [...(await loadKeyChanges(sql))]
  const takeUntil = (day: string | null): void => {
    for (let change = waiting[0]; change !== undefined; change = waiting[0]) {
      if (day !== null && change.afterDay !== null && change.afterDay >= day) return
      links.push({ kind: 'change', change })
      waiting.shift()
    }
  }
  for (const seal of seals) {
    takeUntil(seal.day)
    links.push({ kind: 'seal', seal })
  }
  takeUntil(null)
  return links
}

export function sealsOf<S extends DaySeal>(chain: readonly ChainLink<S>[]): readonly S[] {
  return chain.flatMap((link) => (link.kind === 'seal' ? [link.seal] : []))
}

/** By what the next link refers to this one. */
export function hashOf(link: ChainLink): string {
  return link.kind === 'seal' ? linkOf(link.seal) : linkOfChange(link.change)
}

/** What the next link has to refer to. */
export function headOf(chain: readonly ChainLink[]): string {
  const last = chain.at(-1)
  return last === undefined ? FIRST_PREVIOUS : hashOf(last)
}

export async function loadKeyChanges(sql: postgres.ISql): Promise<readonly KeyChange[]> {
  const rows = await sql<Omit<KeyChange, 'lost'>[]>`
    select old_id as "from", new_id as "to", at, reason, after_day::text as "afterDay",
           encode(previous, 'hex') as previous,
           translate(encode(old_signature, 'base64'), E'\n', '') as "oldSignature",
           translate(encode(new_signature, 'base64'), E'\n', '') as "newSignature"
    from log.key_change order by n`
  return rows.map((row) => ({ ...row, lost: row.oldSignature === null }))
}

export async function insertKeyChange(sql: postgres.ISql, change: KeyChange): Promise<void> {
  const { from, to, at, reason, afterDay, previous, oldSignature, newSignature } = change
  await sql`
    insert into log.key_change (old_id, new_id, at, reason, after_day, previous, old_signature,
                                new_signature)
    values (${from}, ${to}, ${at}, ${reason}, ${afterDay}, decode(${previous}, 'hex'),
            decode(${oldSignature}, 'base64'), decode(${newSignature}, 'base64'))`
}
