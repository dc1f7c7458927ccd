import type { Database } from './connection.ts'

/** Links that named this gateway and that its secret did not make, seen by one portal in three minutes. */
export async function tellForgedLinks(
  { sql }: Pick<Database, 'sql'>,
  gateway: string,
  times: number,
): Promise<void> {
  await sql`select house.tell_forged_links(${gateway}, ${times})`
}
