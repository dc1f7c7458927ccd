import { textDigest } from '#db/terms.ts'
import type { Database } from '#db/connection.ts'

/** A version of the terms with its texts, as `apply` writes it. */
export async function openTerms(
  { sql }: Pick<Database, 'sql'>,
  version: string,
  effective: string,
  texts: Readonly<Record<string, string>>,
): Promise<void> {
  await sql.begin(async (sql) => {
    await sql`insert into house.terms (version, effective) values (${version}, ${effective})`
    for (const [language, markdown] of Object.entries(texts)) {
      await sql`
        insert into house.terms_text (version, language, markdown, sha256)
        values (${version}, ${language}, ${markdown}, ${textDigest(markdown)})`
    }
  })
}
