import type { TestDatabase } from './database.ts'

/**
 * What the parts of the program send to Postgres from now on, statement by statement as it goes over the wire; the list
 * grows. Those of the library itself, which asks once for the types there are, are not in it.
 */
export function overhear({ parts }: TestDatabase): readonly string[] {
  const heard: string[] = []
  for (const { sql } of parts) {
    // The library looks for it at each statement.
    Object.assign(sql.options, {
      debug: (_: number, statement: string) => {
        const said = statement.replaceAll(/\s+/g, ' ').trim()
        if (!/from pg_catalog\.pg_type/.test(said)) heard.push(said)
      },
    })
  }
  return heard
}
