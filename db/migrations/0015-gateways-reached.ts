import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Gateways that prove who they are by TLS instead of their address (RadSec), and how each is told to disconnect. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table house.authority (
      name text primary key,
      pem text not null,
      -- Serial numbers in lower-case hex, of certificates that no longer count.
      revoked text[] not null
    )`.execute(db)
  await sql`
    create trigger announce after insert or update or delete or truncate
    on house.authority for each statement execute function house.announce()`.execute(db)
  await sql`
    alter table house.gateway
      alter column address drop not null,
      add radsec_certificate text,
      add radsec_name text,
      add radsec_authority text references house.authority deferrable initially deferred,
      add radsec_psk text,
      add coa_port integer check (coa_port between 1 and 65535),
      add coa_secret text,
      add coa_vendor text,
      add unique (radsec_certificate) deferrable initially deferred,
      add unique (radsec_authority, radsec_name) deferrable initially deferred,
      add check ((radsec_name is null) = (radsec_authority is null)),
      add check (num_nonnulls(radsec_certificate, radsec_name, radsec_psk) <= 1),
      add check (num_nonnulls(address, radsec_certificate, radsec_name, radsec_psk) > 0),
      add check ((coa_port is null) = (coa_vendor is null)),
      add check (coa_secret is null or coa_port is not null)`.execute(db)
}
