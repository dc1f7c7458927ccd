import { closeSync, openSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createLog } from '#core/log.ts'
import { EVERYWHERE, rightsOfToken } from '#core/rights.ts'
import { asAdmin } from '#db/admin/as-admin.ts'
import { changeNetwork } from '#db/admin/networks.ts'
import { printable } from '#core/printable.ts'
import { csvLine } from '#db/export/connection-csv.ts'
import { noteProcess } from '#db/processes.ts'
import { askUnblock } from '#db/unblock-requests.ts'
import { temporaryFolder } from '../../test/support/folder.ts'
import { logEvents } from '../../test/support/journal.ts'
import { session } from '../../test/support/log-events.ts'
import type { TestDatabase } from '../../test/support/database.ts'
import { openAdminHouse, page } from './testing/admin-house.ts'

/** What each payload would do where it is not taken as text; none is longer than the shortest field. */
const PAYLOADS: Readonly<Record<string, string>> = {
  html: `"><img src=x onerror=a(1)>`,
  attribute: `' autofocus onfocus='a(1)`,
  sql: `'); drop table house.rule;--`,
  formula: `=cmd|'/C calc'!A1`,
  plus: `+1+cmd|'/C calc'!A1`,
  line: `a\r\n{"level":"error"}`,
  escape: '\u001b[2J\u001b]0;x\u0007',
  direction: 'a\u202ebcd\u2066',
}

const ADA = {
  ...{ actor: 'staff:ada', reason: null },
  rights: rightsOfToken(['sites.write'], null),
}

type Write = (database: TestDatabase, payload: string) => Promise<unknown>

/** Every text that somebody outside writes and a page shows: who writes it, how it comes in, where it is read. */
const FIELDS: readonly (readonly [who: string, field: string, write: Write, pages: string[]])[] = [
  [
    'guest',
    'note of a request to unblock',
    (database, note) =>
      askUnblock(database.as('portal'), {
        ...{ domain: 'casino.example', site: '75-0042', network: 'guest', cause: 'other' },
        ...{ category: null, reference: null, note },
      }),
    ['/admin/requests'],
  ],
  [
    'guest',
    'cause that the filter names',
    (database, reference) =>
      askUnblock(database.as('portal'), {
        ...{ domain: 'casino.example', site: '75-0042', network: 'guest', cause: 'category' },
        ...{ category: reference, reference: null, note: null },
      }),
    ['/admin/requests/ID', '/admin/requests'],
  ],
  [
    'gateway',
    'User-Name of a session',
    (database, account) => {
      const at = { kind: 'start', at: new Date() } as const
      const where = { gateway: 'gw-0042', site: '75-0042' }
      return logEvents(database, [session('1', { ...at, ...where, account })])
    },
    ['/admin/sessions/75-0042'],
  ],
  [
    'list',
    'what is wrong with its text',
    ({ sql }, error) => sql`
      insert into house.list_state (list, syntax, tried_at, error)
      select name, 'domains', now(), ${error} from house.list limit 1
      on conflict (list) do update set error = excluded.error`,
    ['/admin/filtering'],
  ],
  [
    'NetBox',
    'name of a place',
    ({ sql }, name) => sql`update house.site set name = ${name} where code = '75-0042'`,
    ['/admin/places', '/admin/places/75-0042', '/admin/sessions/75-0042', '/admin'],
  ],
  [
    'program',
    'postal address of a place',
    ({ sql }, address) =>
      sql`update house.site set postal_address = ${address} where code = '75-0042'`,
    ['/admin/places/75-0042'],
  ],
  [
    'program',
    'name of a Wi-Fi, which the history of its place tells too',
    (database, ssid) =>
      asAdmin(database.as('portal'), { actor: 'staff:ada', reach: EVERYWHERE }, (sql) =>
        changeNetwork(sql, { site: '75-0042', kind: 'guest' }, '*', { ssid }, ADA),
      ),
    ['/admin/places/75-0042', '/admin/audit'],
  ],
  [
    'program',
    'reason for which it does something',
    (database, reason) =>
      asAdmin(database.as('portal'), { actor: 'staff:ada', reach: EVERYWHERE }, (sql) =>
        changeNetwork(
          sql,
          { site: '75-0042', kind: 'guest' },
          '*',
          { vlan: 7 },
          { ...ADA, reason },
        ),
      ),
    ['/admin/places/75-0042', '/admin/audit'],
  ],
  [
    'NetBox',
    'what is wrong with a poll',
    ({ sql }, failure) => sql`
      insert into house.job (name, started_at, finished_at, failure)
      values ('inventory', now(), now(), ${failure})
      on conflict (name) do update set failure = excluded.failure`,
    ['/admin', '/admin/health'],
  ],
  [
    'machine',
    'name of its host',
    (database, host) =>
      noteProcess(database.as('dns'), {
        ...{ id: '00000000-0000-4000-8000-000000000001', host, roles: ['dns'], version: '1' },
        ...{ startedAt: new Date(), problems: [{ role: 'dns', problem: host }], spooled: 0 },
      }),
    ['/admin/health'],
  ],
  [
    'directory',
    'name of a person',
    ({ sql }, name) => sql`
      insert into staff.person (issuer, subject, account, name, groups, state_since)
      values ('https://sso', 's', 'zoe', ${name}, '{benevoles}', now())
      on conflict (issuer, subject) do update set name = excluded.name`,
    ['/admin/people/ROLE'],
  ],
  [
    'staff',
    'name of a device',
    ({ sql }, name) => sql`
      insert into staff.device (id, account, name, kind, how, groups, credential, generation, ends_at)
      values ('aaaabbbbccccdddd', 'zoe', ${name}, 'phone', 'oidc', '{}', 'certificate', 1, '2099-01-01')
      on conflict (id) do update set name = excluded.name`,
    ['/admin/devices', '/admin/devices/aaaabbbbccccdddd'],
  ],
]

/** Markup that a payload would have made of itself. */
const LIVE = /<img src=x|\sonerror=a\(1\)>(?!&)|\sautofocus onfocus='a/

test.each(FIELDS)(
  'what a %s writes as %s is text on every page',
  async (_who, _field, write, pages) => {
    await using house = await openAdminHouse()
    const { sql } = house.database
    await sql`insert into staff.authority (generation, issuing_key) values (1, 'sealed')`
    await sql`
    insert into house.role_grant (subject, role, associations, made_by)
    values ('group:benevoles', 'auditor', '{75}', 't')`
    const helene = await house.signedIn()
    for (const [name, payload] of Object.entries(PAYLOADS)) {
      await sql`delete from house.unblock_request`
      await write(house.database, payload)
      const [ids] = await sql<{ request: string; role: string }[]>`
      select (select id::text from house.unblock_request limit 1) as request,
             (select id::text from house.role_grant where subject = 'group:benevoles') as role`
      for (const path of pages) {
        const address = path.replace('ID', ids?.request ?? '').replace('ROLE', ids?.role ?? '')
        const shown = await page(helene, address)
        expect([name, address, shown.status]).toEqual([name, address, 200])
        expect([name, address, LIVE.test(shown.text)]).toEqual([name, address, false])
        // The page shows what was written, so that the line above says something.
        const isShown = shown.text.includes('&quot;&gt;&lt;img src=x')
        if (name === 'html' && path === pages[0])
          expect([address, isShown]).toEqual([address, true])
      }
    }
    expect(await sql`select from house.rule`).not.toHaveLength(0)
  },
)

test.each(Object.entries(PAYLOADS))(
  '%s is one cell of CSV, one line of the log and of a terminal',
  (_, payload) => {
    const [cell = ''] = csvLine([payload, 'next']).split(/,next\r\n$/)
    expect(cell).not.toMatch(/^"?[=+\-@\t\r]/)
    expect(
      csvLine([payload])
        .replaceAll(/"[^"]*(?:""[^"]*)*"/g, '')
        .match(/\r\n/g),
    ).toHaveLength(1)
    using folder = temporaryFolder({ 'log.txt': '' })
    const fd = openSync(folder.file('log.txt'), 'a')
    createLog({ fd, level: 'info' }).warn('portal.api.failed', { reason: payload })
    closeSync(fd)
    const [line = '', ...more] = readFileSync(folder.file('log.txt'), 'utf8').split('\n')
    expect(more).toEqual([''])
    expect(JSON.parse(line)).toMatchObject({ level: 'warn', reason: payload })
    expect(line).not.toMatch(/\p{Cc}/u)
    expect(printable(payload)).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u)
  },
)
