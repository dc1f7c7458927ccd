import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Second factors of accounts of the house that are shown instead of a code. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table staff.passkey (
      -- Base64url, as browsers have it.
      id text primary key check (length(id) between 1 and 1364),
      -- Beside the app, never instead of it: a browser without script has only that.
      username text not null references staff.second_factor on delete cascade,
      -- What its owner calls it.
      name text not null check (length(name) between 1 and 64),
      -- SubjectPublicKeyInfo, DER.
      public_key bytea not null,
      sign_count bigint not null,
      added_at timestamptz(3) not null,
      used_at timestamptz(3),
      -- When the challenge was made that it answered last: none counts twice, nor an older one.
      challenged_at timestamptz(3) not null
    )`.execute(db)
  await sql`create index on staff.passkey (username)`.execute(db)
}
