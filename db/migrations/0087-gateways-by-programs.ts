import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Gateways are changed and taken away by the administration as well, which sees of which the files say more. */
export async function up(db: Kysely<unknown>): Promise<void> {
  // By which pages and API know what was refused.
  await sql`alter table house.gateway rename constraint gateway_check2 to gateway_known`.execute(db)
  await sql`
    alter table house.gateway rename constraint gateway_check4 to gateway_coa_secret`.execute(db)
  await sql`alter table house.gateway_settings enable row level security`.execute(db)
  // Any other role has what db/roles.ts gives it, in all rows.
  await sql`
    create policy others on house.gateway_settings to public
    using (current_user <> 'accueil_admin') with check (current_user <> 'accueil_admin')`.execute(
    db,
  )
  await sql`
    create policy seen on house.gateway_settings for select to accueil_admin
    using (gateway in (select name from house.gateway))`.execute(db)
  // One that cannot sign any more is let go back on what was learned of it.
  await sql`
    create policy forgotten on house.gateway_posture for update to accueil_admin
    using (gateway in (select name from house.gateway))
    with check (gateway in (select name from house.gateway))`.execute(db)
}
