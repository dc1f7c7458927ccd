import type postgres from 'postgres'
import type { Snapshot } from './changes.ts'

/** A version of the terms as administrators see it, without its texts. */
export interface AdminTerms {
  readonly version: string
  /** Its first day, in UTC: `2027-01-01`. From then on it stays as it is. */
  readonly effective: string
  readonly state: 'to-come' | 'in-force' | 'former'
  readonly languages: readonly string[]
  /** How many devices accepted it, as far as acceptances are kept. */
  readonly accepted: number
  readonly declared: boolean
  /** Null: before anybody noted it. */
  readonly madeBy: string | null
  readonly etag: string
}

/** Markdown by language. */
export type TermsTexts = Readonly<Record<string, string>>

export interface WholeTerms extends AdminTerms {
  readonly texts: TermsTexts
}

type Sql = postgres.TransactionSql

function columns(sql: Sql) {
  return sql`
    t.version, t.effective::text, t.declared, t.made_by as "madeBy",
    case when t.effective > (now() at time zone 'UTC')::date then 'to-come'
      when t.version = (select f.version from house.terms f
        where f.effective <= (now() at time zone 'UTC')::date
        order by f.effective desc, f.version desc limit 1) then 'in-force'
      else 'former' end as state,
    array(select x.language from house.terms_text x where x.version = t.version order by 1) as languages,
    (select a.accepted::float8 from guest.acceptances_of(array[t.version]) a) as accepted,
    encode(substr(sha256(convert_to(to_jsonb(t)::text || array(
      select x.language || x.sha256 from house.terms_text x
      where x.version = t.version order by 1)::text, 'UTF8')), 1, 12), 'hex') as etag`
}

/** The one that takes effect last comes first; `after` is where the page before ended. */
export async function listTerms(
  sql: Sql,
  page: {
    readonly after: { effective: string; version: string } | null
    readonly rows: number
  },
): Promise<readonly AdminTerms[]> {
  const { after, rows } = page
  return sql<AdminTerms[]>`
    select ${columns(sql)} from house.terms t
    where ${after === null}
      or (t.effective, t.version) < (${after?.effective ?? '0001-01-01'}::date, ${after?.version ?? ''})
    order by t.effective desc, t.version desc limit ${rows}`
}

export async function findTerms(sql: Sql, version: string): Promise<WholeTerms | null> {
  const [found] = await sql<AdminTerms[]>`
    select ${columns(sql)} from house.terms t where t.version = ${version}`
  return found === undefined ? null : { ...found, texts: await textsOf(sql, version) }
}

/** Those that people are asked to accept today. */
export async function findTermsInForce(sql: Sql): Promise<WholeTerms | null> {
  const [row] = await sql<{ version: string }[]>`
    select version from house.terms where effective <= (now() at time zone 'UTC')::date
    order by effective desc, version desc limit 1`
  return row === undefined ? null : findTerms(sql, row.version)
}

async function textsOf(sql: Sql, version: string): Promise<TermsTexts> {
  const rows = await sql<{ language: string; markdown: string }[]>`
    select language, markdown from house.terms_text where version = ${version} order by language`
  return Object.fromEntries(rows.map(({ language, markdown }) => [language, markdown]))
}

/** How the audit names a text: `text fr`. What a change did not touch is not in it. */
export function termsSnapshot(
  version: string,
  {
    effective,
    texts,
  }: { readonly effective?: string; readonly texts: Readonly<Record<string, string | null>> },
): Snapshot {
  return {
    version,
    ...(effective === undefined ? {} : { effective }),
    ...Object.fromEntries(Object.entries(texts).map(([name, text]) => [`text ${name}`, text])),
  }
}
