import type postgres from 'postgres'
import { textDigest } from '../terms.ts'
import { recordChange } from './changes.ts'
import type { HistoryLine, Snapshot } from './changes.ts'
import { done, refused } from './outcome.ts'
import type { Outcome } from './outcome.ts'
import { keptRules } from './kept-rules.ts'
import type { Doer } from './rules.ts'
import { findTerms, termsSnapshot } from './terms.ts'
import type { TermsTexts, WholeTerms } from './terms.ts'

/** What of a version that is to come may be changed; a text that is null is taken out. */
export interface TermsChange {
  readonly effective?: string
  readonly texts: Readonly<Record<string, string | null>>
}

type Sql = postgres.TransactionSql

const HOUSE = { association: null, site: null }

/** To come at the earliest tomorrow: what counts today can be looked at no more before it does. */
export async function createTerms(
  sql: Sql,
  {
    version,
    effective,
    texts,
  }: { readonly version: string; readonly effective: string; readonly texts: TermsTexts },
  { actor, rights, reason }: Doer,
): Promise<Outcome<WholeTerms>> {
  if (!rights.can('terms.write', HOUSE)) return refused('not-yours')
  if (!(await isToCome(sql, effective))) return refused('not-to-come')
  const made = await sql`
    insert into house.terms (version, effective, declared, made_by)
    values (${version}, ${effective}, false, ${actor}) on conflict do nothing`
  if (made.count === 0) return refused('exists')
  await writeTexts(sql, version, texts)
  await recordChange(sql, {
    ...{ actor, action: 'terms.create', subject: `terms ${version}`, reason, association: null },
    ...{ before: null, after: termsSnapshot(version, { effective, texts }) },
  })
  return whole(sql, version)
}

export async function changeTerms(
  sql: Sql,
  version: string,
  etag: string,
  change: TermsChange,
  { actor, rights, reason }: Doer,
): Promise<Outcome<WholeTerms>> {
  return onTerms(sql, version, etag, rights, async (sql, before) => {
    const { effective, texts } = change
    if (effective !== undefined && !(await isToCome(sql, effective))) return refused('not-to-come')
    const left = { ...before.texts, ...texts }
    if (Object.values(left).every((text) => text === null)) return refused('no-text')
    const touched = Object.keys(texts).filter(
      (name) => texts[name] !== (before.texts[name] ?? null),
    )
    const day = effective === before.effective ? undefined : effective
    if (touched.length === 0 && day === undefined) return done(before)
    if (day !== undefined) {
      await sql`update house.terms set effective = ${day} where version = ${version}`
    }
    await writeTexts(
      sql,
      version,
      Object.fromEntries(touched.map((name) => [name, texts[name] ?? null])),
    )
    const side = (of: Readonly<Record<string, string | null>>, day?: string): Snapshot =>
      termsSnapshot(version, {
        texts: Object.fromEntries(touched.map((name) => [name, of[name] ?? null])),
        ...(day === undefined ? {} : { effective: day }),
      })
    await recordChange(sql, {
      ...{ actor, action: 'terms.change', subject: `terms ${version}`, reason, association: null },
      before: side(before.texts, day === undefined ? undefined : before.effective),
      after: side(texts, day),
    })
    return whole(sql, version)
  })
}

export async function removeTerms(
  sql: Sql,
  version: string,
  etag: string,
  { actor, rights, reason }: Doer,
): Promise<Outcome<WholeTerms>> {
  return onTerms(sql, version, etag, rights, async (sql, before) => {
    await sql`delete from house.terms where version = ${version}`
    await recordChange(sql, {
      ...{ actor, action: 'terms.remove', subject: `terms ${version}`, reason, association: null },
      ...{ before: termsSnapshot(version, before), after: null },
    })
    return done(before)
  })
}

/** Makes a version that is to come as it was before a change, unless somebody changed that since. */
export async function undoTerms(
  sql: Sql,
  { subject, before, after }: HistoryLine,
  { actor, rights, reason }: Doer,
): Promise<Outcome<null>> {
  if (!rights.can('terms.write', HOUSE)) return refused('not-yours')
  const version = subject.slice('terms '.length)
  return keptRules(sql, async (sql) => {
    const found = await lockTerms(sql, version)
    const present = found === null ? null : termsSnapshot(version, found)
    const isAsLeft =
      present === null || after === null
        ? present === after
        : Object.entries(after).every(([name, value]) => (present[name] ?? null) === value)
    if (!isAsLeft) return refused('changed-since')
    if (before === null) await sql`delete from house.terms where version = ${version}`
    else await restore(sql, version, { before, isThere: found !== null, actor })
    await recordChange(sql, {
      ...{ actor, action: 'terms.undo', subject, reason, association: null },
      ...{ before: after, after: before },
    })
    return done(null)
  })
}

async function restore(
  sql: Sql,
  version: string,
  { before, isThere, actor }: { before: Snapshot; isThere: boolean; actor: string },
): Promise<void> {
  const effective = typeof before['effective'] === 'string' ? before['effective'] : null
  if (!isThere) {
    await sql`
      insert into house.terms (version, effective, declared, made_by)
      values (${version}, ${effective}, false, ${actor})`
  } else if (effective !== null) {
    await sql`update house.terms set effective = ${effective} where version = ${version}`
  }
  const texts = Object.entries(before).flatMap(([name, text]) =>
    name.startsWith('text ') ? [[name.slice('text '.length), text] as const] : [],
  )
  await writeTexts(
    sql,
    version,
    Object.fromEntries(texts.map(([name, text]) => [name, typeof text === 'string' ? text : null])),
  )
}

async function onTerms(
  sql: Sql,
  version: string,
  etag: string,
  rights: Doer['rights'],
  work: (sql: Sql, terms: WholeTerms) => Promise<Outcome<WholeTerms>>,
): Promise<Outcome<WholeTerms>> {
  return keptRules(sql, async (sql) => {
    const terms = await lockTerms(sql, version)
    if (terms === null) return refused('not-found')
    if (!rights.can('terms.write', HOUSE)) return refused('not-yours')
    if (terms.state !== 'to-come') return refused('in-force')
    if (etag !== '*' && etag !== terms.etag) return refused('changed')
    return work(sql, terms)
  })
}

async function lockTerms(sql: Sql, version: string): Promise<WholeTerms | null> {
  await sql`select from house.terms where version = ${version} for update`
  return findTerms(sql, version)
}

async function whole(sql: Sql, version: string): Promise<Outcome<WholeTerms>> {
  const terms = await findTerms(sql, version)
  return terms === null ? refused('not-found') : done(terms)
}

async function writeTexts(
  sql: Sql,
  version: string,
  texts: Readonly<Record<string, string | null>>,
): Promise<void> {
  for (const [language, markdown] of Object.entries(texts)) {
    await sql`
      delete from house.terms_text where version = ${version} and language = ${language}`
    if (markdown === null) continue
    await sql`
      insert into house.terms_text (version, language, markdown, sha256)
      values (${version}, ${language}, ${markdown}, ${textDigest(markdown)})`
  }
}

/** By the clock of the database, which lets nobody change what counts. */
async function isToCome(sql: Sql, day: string): Promise<boolean> {
  const [row] = await sql<{ isToCome: boolean }[]>`
    select ${day}::date > (now() at time zone 'UTC')::date as "isToCome"`
  return row?.isToCome ?? false
}
