import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Tokens are made and ended by whoever shows one that may, and none gives more than it has. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table house.api_token
      -- The token that was shown for it; null: a command made it.
      add column made_with text references house.api_token`.execute(db)
  await sql`alter table house.api_token enable row level security`.execute(db)
  // Any other role has what db/roles.ts gives it, in all rows.
  await sql`
    create policy others on house.api_token to public
    using (current_user <> 'accueil_admin') with check (current_user <> 'accueil_admin')`.execute(
    db,
  )
  await sql`
    create policy seen on house.api_token for select to accueil_admin
    using (house.grant_in_reach(associations, null))`.execute(db)
  await giving(db)
  await ending(db)
}

/** Null: it is made. Whatever the program has looked at, the token that was shown is looked at here. */
async function giving(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function house.give_api_token(
      of_maker text, of_name text, of_sha256 bytea, with_scopes text[], in_associations text[],
      until_at timestamptz, for_reason text
    ) returns text
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
    declare
      m house.api_token;
    begin
      -- Whoever ends it at this moment waits, and ends it after.
      select * into m from house.api_token k where k.name = of_maker for share;
      if m.name is null or m.revoked_at is not null or m.ends_at <= now()
        or not 'tokens.write' = any(m.scopes)
        or m.actor is distinct from current_setting('accueil.actor', true) then
        return 'not-yours';
      end if;
      if exists (
        select from unnest(in_associations) a
        where not house.in_reach(a, null)
          or not exists (select from house.association h where h.code = a)
      ) then
        return 'unknown-association';
      end if;
      if not house.grant_in_reach(in_associations, null)
        or not with_scopes <@ m.scopes
        or m.associations is not null
          and (in_associations is null or not in_associations <@ m.associations)
        or m.ends_at is not null and (until_at is null or until_at > m.ends_at) then
        return 'more-than-yours';
      end if;
      if until_at <= now() then return 'over-already'; end if;
      insert into house.api_token
        (name, sha256, actor, scopes, associations, created_by, ends_at, made_with)
      values (of_name, of_sha256, m.actor, with_scopes, in_associations, m.actor, until_at, m.name)
      on conflict (name) do nothing;
      if not found then return 'exists'; end if;
      insert into audit.entry (actor, action, subject, reason, association, details)
      values (m.actor, 'tokens.create', of_name, for_reason,
        case when cardinality(in_associations) = 1 then in_associations[1] end,
        jsonb_build_object('actor', m.actor, 'scopes', with_scopes,
          'associations', in_associations, 'until', until_at, 'with', m.name));
      return null;
    end $$`.execute(db)
}

/** False: there is none in force within the transaction's reach. */
async function ending(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function house.end_api_token(of_name text, for_reason text) returns boolean
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
    declare
      by_actor text := current_setting('accueil.actor', true);
      of_associations text[];
    begin
      update house.api_token t set revoked_at = now(), revoked_by = by_actor
      where t.name = of_name and t.revoked_at is null
        and house.grant_in_reach(t.associations, null)
      returning t.associations into of_associations;
      if not found then return false; end if;
      insert into audit.entry (actor, action, subject, reason, association, details)
      values (by_actor, 'tokens.revoke', of_name, for_reason,
        case when cardinality(of_associations) = 1 then of_associations[1] end, '{}');
      return true;
    end $$`.execute(db)
}
