import type postgres from 'postgres'
import { hourCountsJob } from '#db/hour-counts.ts'
import { fillTheHouse } from '../../support/full-house.ts'

/** How many there are of what pages list beside places, gateways and who is connected. */
const COUNTRY = {
  devices: 38_000,
  keys: 2_000,
  auditLines: 300_000,
  rules: 3_000,
  roleGrants: 400,
  unblockRequests: 600,
  packs: 60,
} as const

/**
 * The first house with all that pages of the administration list: devices with their certificates, keys of things, a
 * year of the audit, rules, roles, requests. `secretOf` as `fillTheHouse` takes it.
 */
export async function fillTheCountry(
  sql: postgres.Sql,
  secretOf: (gateway: string) => string,
): Promise<void> {
  await fillTheHouse(sql, secretOf)
  await devices(sql)
  await filtering(sql)
  await people(sql)
  await audit(sql)
  await counts(sql)
  await filterCounts(sql)
  await sql.unsafe('vacuum analyze')
}

async function devices(sql: postgres.Sql): Promise<void> {
  await sql`
    insert into staff.authority (generation, issuing_key) values (1, 'sealed') on conflict do nothing`
  await sql`
    insert into staff.device (id, account, name, kind, how, groups, credential, secret, generation,
      ends_at, created_at, last_seen_on)
    select lpad(translate(to_hex(n), '01', 'yz'), 16, 'x'), 'first.last' || n / 2, 'Ordinateur ' || n,
           (array['laptop', 'phone'])[1 + n % 2], 'oidc', '{staff}',
           case when n % 5 = 0 then 'password' else 'certificate' end,
           case when n % 5 = 0 then sha256(n::text::bytea) end, 1,
           now() + n % 300 * interval '1 day', now() - n % 300 * interval '1 day', current_date - n % 30
    from generate_series(1, ${COUNTRY.devices}) n`
  await sql`
    insert into staff.device_certificate (serial, device, generation, ends_at, issued_at)
    select upper('F' || substr(md5(d.id || k), 1, 16)), d.id, 1, d.ends_at, d.created_at + k * interval '1 day'
    from staff.device d, generate_series(0, 1) k where d.credential = 'certificate'`
  await sql`
    insert into staff.device_key (name, owner, kind, groups, site, ssid, devices, passphrase, pmk,
      declared, label, owner_how)
    select 'key-' || n, 'first.last' || n, 'printer', '{}',
           (select code from house.site order by code offset n limit 1), 'things', 1, 'sealed', 'sealed', false,
           'Imprimante ' || n, 'oidc'
    from generate_series(1, ${COUNTRY.keys}) n`
}

async function filtering(sql: postgres.Sql): Promise<void> {
  await sql`
    insert into house.rule (action, domain, network, association, site, note)
    select (array['block', 'allow'])[1 + n % 2], 'name' || n || '.example', null,
           case when n % 3 = 1 then a.code end, case when n % 3 = 2 then s.code end, 'asked for by the centre'
    from generate_series(1, ${COUNTRY.rules}) n
    join (select code, row_number() over (order by code) as i from house.association) a on a.i = 1 + n % 110
    join (select code, row_number() over (order by code) as i from house.site) s on s.i = 1 + n % 2000`
  await sql`
    insert into house.unblock_request (domain, site, network, cause, note)
    select 'wanted' || n || '.example', s.code, 'guest', 'other', 'For my homework'
    from generate_series(1, ${COUNTRY.unblockRequests}) n
    join (select code, row_number() over (order by code) as i from house.site) s on s.i = n`
}

async function people(sql: postgres.Sql): Promise<void> {
  await sql`
    insert into house.role_grant (subject, role, associations, made_by)
    select 'person:admin' || n, 'association-admin', array[a.code], 'cli:bench'
    from generate_series(1, ${COUNTRY.roleGrants}) n
    join (select code, row_number() over (order by code) as i from house.association) a on a.i = 1 + n % 110`
  await sql`
    insert into log.export_request (code, case_ref, reason, requested_by, criteria)
    select upper(lpad(to_hex(n), 8, '0')), '26-' || n, 'requisition', 'staff:lea',
           jsonb_build_object('mac', '02-00-5E-00-00-01', 'ip', null, 'user', null, 'site', null,
             'publicIp', null, 'publicPort', null, 'from', null, 'to', null)
    from generate_series(1, ${COUNTRY.packs}) n`
}

/** Half changes of things with a history, half looks; the chain's job links them as ever. */
async function audit(sql: postgres.Sql): Promise<void> {
  await sql.begin(async (sql) => {
    // Nobody is alerted of a year at once.
    await sql`set local session_replication_role = replica`
    await sql`
      insert into audit.entry (at, actor, action, subject, reason, association, details)
      select now() - (${COUNTRY.auditLines} - n) * interval '100 seconds', 'staff:admin' || n % 400,
             case when n % 2 = 0 then 'sessions.read' when n % 4 = 1 then 'rule.change' else 'site.change' end,
             case when n % 4 = 1 then 'rule name' || n % 3000 || '.example' else 'site ' || s.code end,
             null, s.association,
             case when n % 2 = 0 then '{}'::jsonb
               else jsonb_build_object('before', jsonb_build_object('name', 'A' || n),
                                       'after', jsonb_build_object('name', 'B' || n)) end
      from generate_series(1, ${COUNTRY.auditLines}) n
      join (select code, association, row_number() over (order by code) as i from house.site) s
        on s.i = 1 + n * 7 % 2000`
  })
}

/** Of the house `fillTheHouse` has them: a month of each association, hour by hour. */
/** What each place let through and blocked, in the hours of a week in which it is open. */
async function filterCounts(sql: postgres.Sql): Promise<void> {
  await sql`
    insert into house.filter_count (hour, site, network, category, queries, passed)
    select date_trunc('hour', now()) - h * interval '1 hour', s.code, 'guest', c, 100 + h,
           case when c is null then 0 else h % 7 end
    from house.site s, generate_series(0, 167) h, unnest(array[null, 'adult']) c
    on conflict do nothing`
  await hourCountsJob({ sql }).run()
}

async function counts(sql: postgres.Sql): Promise<void> {
  await sql`
    insert into house.hour_count (hour, association, site, kind, name, n)
    select date_trunc('hour', now()) - h * interval '1 hour', a.code, null, k.kind, k.name, 100 + h
    from house.association a, generate_series(0, 743) h,
         (values ('connected', 'guest'), ('connected', 'staff'), ('join', 'guest'), ('join', 'staff'),
           ('failure', 'wrong-password'), ('failure', 'unknown-account'), ('blocked', 'adult')) k(kind, name)
    on conflict do nothing`
}
