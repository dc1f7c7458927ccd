import type { Mac } from '#core/mac.ts'
import type { TestDatabase } from './database.ts'
import { logEvents } from './journal.ts'
import { session } from './log-events.ts'

const PLACES = 30
/** A device that was in Paris too. */
export const TRAVELLER = '02:00:5e:00:00:77' as Mac

/**
 * All that the other association, 69, can have, thirty times: places, gateways that are silent and whose clocks are
 * off, rules, levels, lifts, counts, requests and answers, roles, alerts, who is connected, logins, packs, holds,
 * changes and looks. Nothing of it is of the whole house.
 */
export async function plantNeighbour(database: TestDatabase): Promise<void> {
  const { sql } = database
  await sql`
    insert into house.site (code, name, association, timezone)
    select '69-' || 2000 + n, 'Bellecour ' || n, '69', 'Indian/Reunion' from generate_series(1, ${PLACES}) n`
  const sites = sql`(select s.code, row_number() over (order by s.code) as n from house.site s
    where s.association = '69' and s.code > '69-2000')`
  await sql`
    insert into house.network (site, kind, vlan, grant_seconds, subnets)
    select code, 'guest', null, 3600, array[('10.69.' || n || '.0/24')::cidr] from ${sites} s`
  await sql`
    insert into house.gateway (name, site, address, secret, kind)
    select 'gw-' || code, code, ('10.169.' || n || '.1')::cidr, 'sealed', 'generic' from ${sites} s`
  await sql`
    insert into house.gateway_posture
      (gateway, transport, heard_at, clock_skew_ms, requests, unsigned, refused, over_limit)
    select 'gw-' || code, 'udp', now() - interval '5 hours', 90000, 1, 0, 0, 0 from ${sites} s`
  await sql`
    insert into house.rule (action, domain, association, site)
    select 'block', 'lyon' || n || '.example', case when n % 2 = 0 then '69' end,
           case when n % 2 = 1 then code end from ${sites} s`
  await sql`
    insert into house.filter (association, site, position, hours, block, allow, trust, imposed, answers, page, asked, addresses,
      private_names, internal, always)
    select case when n = 1 then '69' end, case when n > 1 then code end, 0, '{}', '{adult}', '{}', '{}', '{}',
           '{}', '{}', false, '{}', '{}', '{}', '{}' from ${sites} s`
  await sql`
    insert into house.filter_lift (association, site, subject, ends_at, made_by, reason)
    select case when n = 1 then '69' end, case when n > 1 then code end, 'adult', now() + interval '1 day',
           'cli:eve', 'lyon' from ${sites} s`
  await sql`
    insert into house.filter_count (hour, site, network, category, queries)
    select date_trunc('hour', now()), code, 'guest', category, 1000
    from ${sites} s, unnest(array['adult', 'malware', null]) category`
  await sql`
    insert into house.hour_count (hour, association, site, kind, name, n)
    select date_trunc('hour', now()) - h * interval '1 hour', '69', site, kind, name, 1000 + h
    from generate_series(0, 47) h, (select null as site union all select code from ${sites} s) s,
         (values ('connected', 'guest'), ('join', 'staff'), ('failure', 'wrong-password'), ('blocked', 'adult')) k(kind, name)`
  await sql`
    insert into house.unblock_request (domain, site, network, cause, note)
    select d || '.example', code, 'guest', 'other', 'lyon'
    from ${sites} s, unnest(array['asks-lyon', 'asks-both']) d`
  await sql`
    insert into house.unblock_answer (domain, site, network, times, decision, actor, reason)
    select d || '.example', code, 'guest', 2, 'refuse', 'staff:eve', 'lyon'
    from ${sites} s, unnest(array['asks-lyon', 'asks-both']) d`
  await sql`
    insert into house.role_grant (subject, role, associations, made_by)
    select 'person:lyon' || n, 'association-admin', '{69}', 'staff:eve' from ${sites} s`
  await sql`
    insert into house.alert (kind, key, count, association, site, gateway)
    select 'gateway-impersonated', 'gw-' || code, 3, '69', code, 'gw-' || code from ${sites} s`
  const at = new Date()
  const places = await sql<{ code: string }[]>`select code from ${sites} s`
  await logEvents(
    database,
    places.flatMap(({ code }) => [
      session(`g-${code}`, {
        kind: 'start',
        at,
        gateway: `gw-${code}`,
        site: code,
        mac: TRAVELLER,
        account: null,
      }),
      session(`s-${code}`, {
        kind: 'start',
        at,
        gateway: `gw-${code}`,
        site: code,
        network: 'staff',
        account: 'eve@lyon',
      }),
    ]),
  )
  await sql`
    insert into log.login (first_at, last_at, count, site, gateway, network, mac, account, name_withheld, outcome, reason, resumed)
    select now(), now(), 1, code, 'gw-' || code, 'staff', ${TRAVELLER}, null, false, 'reject', 'wrong-password', false
    from ${sites} s`
  const criteria = sql`jsonb_build_object('mac', ${TRAVELLER}::text, 'ip', null, 'user', null, 'site', code,
    'publicIp', null, 'publicPort', null, 'from', null, 'to', null)`
  await sql`
    insert into log.export_request (code, case_ref, reason, requested_by, criteria)
    select 'LYON' || lpad(n::text, 4, '0'), 'L-' || n, 'lyon', 'staff:eve', ${criteria} from ${sites} s`
  await sql`
    insert into log.hold (case_ref, reason, criteria, until, made_by)
    select 'L-' || n, 'lyon', ${criteria}, current_date + 30, 'staff:eve' from ${sites} s`
  await sql`
    insert into house.disconnect (request, asked_by, reason, gateway, mac)
    select gen_random_uuid(), 'staff:eve', 'lyon', 'gw-' || code, ${TRAVELLER} from ${sites} s`
  await sql`
    insert into audit.entry (actor, action, subject, association, details)
    select 'staff:eve', action, subject || code, '69', '{"before": null, "after": {"name": "lyon"}}'
    from ${sites} s, (values ('rule.create', 'rule lyon.example '), ('site.change', 'site '),
      ('role.create', 'role person:eve '), ('sessions.read', 'site ')) k(action, subject)`
}
