import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Who leaves is out everywhere: what says so is a row, and what follows from it is done with the row. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table staff.person
      -- Who said so, as the audit names them.
      add column state_by text not null default 'nobody',
      add column external_id text,
      -- Told to us no more by who told us of them: kept to say why they are off.
      add column deleted_at timestamptz(3),
      add column created_at timestamptz(3) not null default now(),
      add column changed_at timestamptz(3) not null default now(),
      add check (deleted_at is null or state = 'disabled')`.execute(db)
  await sql`create index on staff.person (changed_at)`.execute(db)
  await sql`
    create table staff.person_group (
      id bigint generated always as identity primary key,
      issuer text not null,
      name text not null,
      -- In small letters, as sign-ins have it: not every database knows those of an É.
      folded text not null,
      external_id text,
      created_at timestamptz(3) not null default now(),
      changed_at timestamptz(3) not null default now(),
      unique (issuer, folded)
    )`.execute(db)
  await sql`
    create table staff.person_group_member (
      person_group bigint not null references staff.person_group on delete cascade,
      person bigint not null references staff.person on delete cascade,
      primary key (person_group, person)
    )`.execute(db)
  await sql`create index on staff.person_group_member (person)`.execute(db)
  await leaving(db)
  await accountsLeave(db)
  await others(db)
  await tokens(db)
}

/**
 * Whoever writes the row, what follows is done in the same transaction: sessions end, gateways are asked to
 * disconnect, and the RADIUS servers hear whose state to read again.
 */
async function leaving(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function staff.send_away(of_account text, by_actor text, for_reason text) returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
    begin
      if exists (select from log.session s where s.account = of_account and s.stopped_at is null) then
        perform house.ask_disconnect(
          gen_random_uuid(), null, of_account, null, by_actor, for_reason);
      end if;
    end $$`.execute(db)
  await sql`
    create function staff.person_changed() returns trigger
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
    begin
      if tg_op = 'UPDATE' then
        if new.state = 'disabled' and old.state = 'active' or not old.groups <@ new.groups then
          delete from staff.session s where s.account = new.account and s.how <> 'local';
          perform staff.send_away(new.account, new.state_by,
            case when new.state = 'disabled' then new.state_reason else 'a group was removed' end);
        end if;
        if new.state <> old.state then
          insert into audit.entry (actor, action, subject, reason, details)
          values (new.state_by, 'staff.person.' || new.state, 'person ' || new.account,
            new.state_reason, jsonb_build_object('issuer', new.issuer));
        end if;
        if old.account <> new.account then
          perform pg_notify('person', old.account);
        end if;
      end if;
      if tg_op = 'INSERT' and new.state = 'disabled' then
        delete from staff.session s where s.account = new.account and s.how <> 'local';
        perform staff.send_away(new.account, new.state_by, new.state_reason);
      end if;
      perform pg_notify('person', new.account);
      return null;
    end $$`.execute(db)
  await sql`
    create trigger changed after insert or update of account, groups, state on staff.person
    for each row execute function staff.person_changed()`.execute(db)
}

/** The same for accounts of the house, which are gone when they are declared no more. */
async function accountsLeave(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function staff.account_changed() returns trigger
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
    begin
      if tg_op = 'UPDATE' then
        if old.groups <@ new.groups and old.password_hash = new.password_hash then
          return null;
        end if;
      end if;
      delete from staff.session s where s.how = 'local' and s.account = old.username;
      perform staff.send_away(old.username, 'job:accounts', 'the account was changed or removed');
      return null;
    end $$`.execute(db)
  await sql`
    create trigger changed after update or delete on staff.account
    for each row execute function staff.account_changed()`.execute(db)
}

/** Which of these names are not those of accounts of the house: the jobs can list none. */
async function others(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function staff.others_than_accounts(of_names text[]) returns setof text
    language sql stable security definer set search_path = pg_catalog, pg_temp as $$
      select n from unnest(of_names) n
      where not exists (select from staff.account a where a.username = n)
    $$`.execute(db)
}

/** Whether a token of the API may do this now; who serves looks none up. */
async function tokens(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function house.use_api_token(
      of_sha256 bytea, for_scope text, out token_name text, out token_actor text, out refusal text
    ) language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
    declare
      t house.api_token := (select k from house.api_token k where k.sha256 = of_sha256);
    begin
      refusal := case
        when t.name is null then 'unknown'
        when t.revoked_at is not null then 'revoked'
        when t.ends_at <= now() then 'ended'
        when not for_scope = any(t.scopes) then 'scope' end;
      if refusal is not null then return; end if;
      token_name := t.name;
      token_actor := t.actor;
      -- To the minute: a directory that is synchronised asks thousands of times.
      update house.api_token k set used_at = now()
      where k.name = t.name and (k.used_at is null or k.used_at < now() - interval '1 minute');
    end $$`.execute(db)
}
