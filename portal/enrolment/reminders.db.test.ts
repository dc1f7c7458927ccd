import { describe, expect, test } from 'vitest'
import { channelContext } from '#db/alert-channels.ts'
import type { MailSettings } from '#db/alert-channels.ts'
import { makeDeviceId } from '#db/device-names.ts'
import { openTestDatabase } from '../../test/support/database.ts'
import type { TestDatabase } from '../../test/support/database.ts'
import { seedHouse, testSeal } from '../../test/support/house.ts'
import { mailServer } from '../../test/support/mail-server.ts'
import type { Mail } from '../../test/support/mail-server.ts'
import { deviceRemindersJob } from './reminders-job.ts'

const NOW = Date.parse('2026-11-20T09:00:00Z')
const DAY_MS = 86_400_000
const COUNTED = ['sent', 'refused', 'failed'] as const

interface World extends AsyncDisposable {
  now: number
  readonly database: TestDatabase
  readonly counts: Record<(typeof COUNTED)[number], number>
  run(): Promise<string>
  person(account: string, mail: string | null, change?: { readonly isOff: boolean }): Promise<void>
  device(account: string, name: string, days: number): Promise<string>
}

async function openWorld(port: number): Promise<World> {
  const database = await openTestDatabase()
  await seedHouse(database)
  const { sql } = database
  const settings: MailSettings = {
    ...{ kind: 'mail', host: '127.0.0.1', port, security: 'none', user: null, password: null },
    ...{ from: 'wifi@example.org', to: ['desk@example.org'], ca: null },
  }
  await sql`
    insert into house.alert_channel (name, kind, settings, host, kinds, associations, quiet_hours,
      timezone, language, position)
    values ('desk', 'mail', ${testSeal.seal(JSON.stringify(settings), channelContext('desk'))},
      '127.0.0.1', '{}', '{}', '{}', 'Europe/Paris', 'fr', 0)`
  await sql`
    insert into house.enrolment (ssids, days, passwords, reminders) values ('{}', 395, true, 'desk')`
  await sql`
    insert into staff.authority (generation, issuing_key) values (1, 'sealed')`
  const counts = { sent: 0, refused: 0, failed: 0 }
  const world: World = {
    now: NOW,
    ...{ database, counts },
    run: () =>
      deviceRemindersJob({
        ...{ database: database.as('jobs'), seal: testSeal, clock: () => world.now },
        publicUrl: new URL('https://wifi.example.org'),
        outcomes: {
          sent: { inc: () => void (counts.sent += 1) },
          refused: { inc: () => void (counts.refused += 1) },
          failed: { inc: () => void (counts.failed += 1) },
        },
      }).run(),
    async person(account, mail, { isOff } = { isOff: false }) {
      await sql`
        insert into staff.person (issuer, subject, account, name, mail, groups, state, state_reason)
        values ('https://sso', ${account}, ${account}, ${account}, ${mail}, '{}',
          ${isOff ? 'disabled' : 'active'}, ${isOff ? 'scim-inactive' : null})`
    },
    async device(account, name, days) {
      const id = makeDeviceId()
      await sql`
        insert into staff.device (id, account, name, kind, how, groups, credential, generation, ends_at)
        values (${id}, ${account}, ${name}, 'laptop', 'oidc', '{}', 'certificate', 1,
          ${new Date(NOW + days * DAY_MS)})`
      return id
    },
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  }
  return world
}

/** What a mail program shows. */
function read({ text }: Mail): { readonly subject: string; readonly body: string } {
  const [header = '', ...rest] = text.split('\r\n\r\n')
  const unfolded = header.replaceAll(/\r\n[ \t]+/g, ' ')
  const subject = /^Subject: (.*)$/m.exec(unfolded)?.[1] ?? ''
  const coded = rest.join('\r\n\r\n')
  const isBase64 = /Content-Transfer-Encoding: base64/i.test(header)
  const body = isBase64
    ? Buffer.from(coded, 'base64').toString('utf8')
    : Buffer.from(
        coded
          .replaceAll('=\r\n', '')
          .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) =>
            String.fromCharCode(parseInt(hex, 16)),
          ),
        'latin1',
      ).toString('utf8')
  return { subject, body }
}

describe('the owner of a device that ends soon', () => {
  test('is told a month before and a week before, in French first, and never twice', async () => {
    const got: Mail[] = []
    await using server = await mailServer(got, null)
    await using world = await openWorld(server.port)
    await world.person('helene', 'helene@example.org')
    const id = await world.device('helene', 'Portable d’Hélène', 40)
    expect(await world.run()).toBe('0 people told, 0 addresses refused')
    world.now += 11 * DAY_MS
    expect(await world.run()).toBe('1 people told, 0 addresses refused')
    await world.run()
    expect(got).toHaveLength(1)
    expect(got[0]).toMatchObject({ from: 'wifi@example.org', to: ['helene@example.org'] })
    const { body } = read(got[0] as Mail)
    expect(body).toContain('« Portable d’Hélène », le 30 décembre 2026 (dans 29 j)')
    expect(body).toContain(`https://wifi.example.org/staff/devices/${id}`)
    expect(body.indexOf('Bonjour')).toBeLessThan(body.indexOf('Hello'))
    expect(body).not.toMatch(/\{\w+\}|undefined/)
    world.now += 23 * DAY_MS
    await world.run()
    await world.run()
    expect(got).toHaveLength(2)
    expect(read(got[1] as Mail).body).toContain('(dans 6 j)')
    expect(world.counts).toEqual({ sent: 2, refused: 0, failed: 0 })
  })

  test('reads the day by the clock of the organisation', async () => {
    const got: Mail[] = []
    await using server = await mailServer(got, null)
    await using world = await openWorld(server.port)
    await world.database.sql`update house.organisation set timezone = 'Pacific/Auckland'`
    await world.person('helene', 'helene@example.org')
    // At 09:00 UTC; in Auckland it is 22:00, and three hours later another day.
    await world.device('helene', 'Portable', 20)
    await world.device('helene', 'Téléphone', 20 + 3 / 24)
    await world.run()
    const { body } = read(got[0] as Mail)
    expect(body).toContain('« Portable », le 10 décembre 2026')
    expect(body).toContain('« Téléphone », le 11 décembre 2026')
  })

  test('with several is told of all in one message, and of a renewed one again when that ends', async () => {
    const got: Mail[] = []
    await using server = await mailServer(got, null)
    await using world = await openWorld(server.port)
    await world.person('helene', 'helene@example.org')
    const id = await world.device('helene', 'Portable', 20)
    await world.device('helene', 'Téléphone', 25)
    await world.run()
    expect(got).toHaveLength(1)
    expect(read(got[0] as Mail).body).toMatch(/« Portable ».*« Téléphone ».*staff\/devices\r\n/s)
    await world.database.sql`
      update staff.device set ends_at = ${new Date(NOW + 60 * DAY_MS)} where id = ${id}`
    world.now += 31 * DAY_MS
    await world.run()
    expect(got).toHaveLength(2)
    expect(read(got[1] as Mail).body).not.toContain('Téléphone')
  })

  test('whom nobody vouches for any more, who gave the device up, or whose address is not known is told nothing', async () => {
    const got: Mail[] = []
    await using server = await mailServer(got, null)
    await using world = await openWorld(server.port)
    await world.person('gone', 'gone@example.org', { isOff: true })
    await world.person('silent', null)
    for (const account of ['gone', 'silent', 'bob']) await world.device(account, 'Portable', 5)
    await world.person('helene', 'helene@example.org')
    const id = await world.device('helene', 'Volé', 5)
    await world.database.sql`
      update staff.device set revoked_at = now(), revoked_by = 'a', revoked_why = 'b' where id = ${id}`
    await world.device('helene', 'Fini', -1)
    expect(await world.run()).toBe('0 people told, 0 addresses refused')
    expect(got).toEqual([])
  })
})

describe('a mail server', () => {
  test('that refuses an address for good is not asked again about it, and the others are told', async () => {
    const got: Mail[] = []
    const refuse = (to: string) =>
      to.startsWith('nobody') ? { code: 550, text: 'no such person' } : null
    await using server = await mailServer(got, null, refuse)
    await using world = await openWorld(server.port)
    await world.person('eve', 'nobody@example.org')
    await world.person('mal', 'not an address')
    await world.person('helene', 'helene@example.org')
    await world.device('eve', 'A', 4)
    await world.device('mal', 'B', 5)
    await world.device('helene', 'C', 6)
    expect(await world.run()).toBe('1 people told, 2 addresses refused')
    expect(await world.run()).toBe('0 people told, 0 addresses refused')
    expect(got.map(({ to }) => to)).toEqual([['helene@example.org']])
    const [row] = await world.database.sql`
      select refusal from staff.device_reminder where refusal is not null order by ends_at limit 1`
    expect(row?.['refusal']).toContain('550 no such person')
  })

  test('that takes nothing now is asked again at the next run, and the job says so', async () => {
    const got: Mail[] = []
    let isUp = false
    const refuse = () => (isUp ? null : { code: 451, text: 'try later' })
    await using server = await mailServer(got, null, refuse)
    await using world = await openWorld(server.port)
    await world.person('helene', 'helene@example.org')
    await world.device('helene', 'Portable', 6)
    await expect(world.run()).rejects.toThrow(/took no reminder: .*451 try later/)
    isUp = true
    expect(await world.run()).toBe('1 people told, 0 addresses refused')
  })

  test('is that of the channel that the house names; without one nobody is told', async () => {
    const got: Mail[] = []
    await using server = await mailServer(got, null)
    await using world = await openWorld(server.port)
    await world.person('helene', 'helene@example.org')
    await world.device('helene', 'Portable', 6)
    await world.database.sql`update house.enrolment set reminders = null`
    expect(await world.run()).toBe('no channel for reminders is declared')
    expect(got).toEqual([])
  })
})
