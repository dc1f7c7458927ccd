import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openTestDatabase } from '../../test/support/database.ts'
import type { TestDatabase } from '../../test/support/database.ts'
import { testSeal } from '../../test/support/house.ts'
import { loadAlertChannels } from '../alert-channels.ts'
import { applyDeclaration } from './apply.ts'
import { formatChange } from './difference.ts'
import { readDeclaration } from './read.ts'

const SITES = `
associations: [{ code: "75", name: Paris }]
sites:
  - { code: "75-0042", name: Nation, association: "75", opening: ["mon-fri 08:00-20:00", "sat 09:00-12:00"] }
  - { code: "75-0043", name: Bastille, association: "75" }
`
const ALERTS = `
alerts:
  opening: "mon-sat 07:00-21:00"
  channels:
    - name: desk
      kind: slack
      url: https://hooks.slack.example/services/T0/B0/secret
      quiet: { hours: "22:00-07:00" }
      kinds: [role-granted, break-glass]
    - { name: soc, kind: syslog, host: siem.example, language: en }
    - { name: paris, kind: webhook, url: "https://paris.example/h", secret: 0123456789abcdef, associations: ["75"] }
    - { name: mail, kind: mail, host: smtp.example, from: wifi@example.org, to: [sec@example.org], user: wifi, password: hidden-word }
`

function read(yaml: string) {
  const file = join(mkdtempSync(join(tmpdir(), 'accueil-alerts-')), 'house.yaml')
  writeFileSync(file, `version: 1\n${yaml}`)
  return readDeclaration([file])
}

async function apply(database: TestDatabase, yaml: string): Promise<readonly string[]> {
  const outcome = read(yaml)
  if (!outcome.ok) throw new Error(outcome.problems.join('\n'))
  const options = { dryRun: false, actor: 'cli:ada', now: Date.now() }
  const changes = await applyDeclaration(database, testSeal, outcome.declaration, options)
  return changes.map(formatChange)
}

const mistakes = (channel: string): string => {
  const outcome = read(`alerts:\n  channels:\n    - ${channel}\n`)
  return outcome.ok ? '' : outcome.problems.join('\n')
}

describe('declared alerts', () => {
  test('are there once applied, with their secrets sealed, and twice is once', async () => {
    await using database = await openTestDatabase()
    const made = await apply(database, SITES + ALERTS)
    expect(made.filter((line) => line.includes('alert-channel'))).toHaveLength(4)
    expect(await apply(database, SITES + ALERTS)).toEqual([])
    const channels = await loadAlertChannels(database.as('jobs'), testSeal)
    expect(channels.map(({ name, settings }) => [name, settings])).toEqual([
      [
        'desk',
        { kind: 'slack', url: 'https://hooks.slack.example/services/T0/B0/secret', ca: null },
      ],
      [
        'soc',
        {
          ...{ kind: 'syslog', host: 'siem.example', port: 6514, transport: 'tls' },
          ...{ format: 'rfc5424', ca: null },
        },
      ],
      [
        'paris',
        { kind: 'webhook', url: 'https://paris.example/h', secret: '0123456789abcdef', ca: null },
      ],
      [
        'mail',
        {
          ...{ kind: 'mail', host: 'smtp.example', port: 587, security: 'starttls', user: 'wifi' },
          ...{ password: 'hidden-word', from: 'wifi@example.org', to: ['sec@example.org'] },
          ca: null,
        },
      ],
    ])
    const kept = JSON.stringify([
      await database.sql`select * from house.alert_channel`,
      await database.sql`select * from audit.entry`,
    ])
    for (const secret of ['B0/secret', '0123456789abcdef', 'hidden-word']) {
      expect(kept).not.toContain(secret)
    }
  })

  test('change without a word of what is secret, and go when they are declared no more', async () => {
    await using database = await openTestDatabase()
    await apply(database, SITES + ALERTS)
    expect(await apply(database, ALERTS.replace('B0/secret', 'B0/other'))).toEqual([
      '~ alert-channel desk: settings changed',
    ])
    expect(await apply(database, 'alerts: {}')).toEqual(
      expect.arrayContaining(['- alert-channel desk', '- opening']),
    )
    // A place's own hours are the place's.
    const left = await database.sql<{ site: string | null }[]>`select site from house.opening`
    expect(left).toEqual([{ site: '75-0042' }])
    expect(await apply(database, SITES.replace(/, opening: .*?\]/, ''))).toEqual([
      '- opening 75-0042',
    ])
  })

  test('are open by the clock of the place, over both changes of the clocks', async () => {
    await using database = await openTestDatabase()
    await apply(database, SITES + ALERTS)
    const { sql } = database
    const isOpen = async (site: string | null, at: string): Promise<boolean | null> => {
      const [row] = await sql<{ open: boolean | null }[]>`
        select house.is_open(${site}, ${at}::timestamptz) as open`
      return row?.open ?? null
    }
    // Friday before, Monday after the night of 25 October 2026 and that of 28 March 2027.
    expect([
      await isOpen('75-0042', '2026-10-23T06:00:00Z'),
      await isOpen('75-0042', '2026-10-23T05:59:00Z'),
      await isOpen('75-0042', '2026-10-26T06:59:00Z'),
      await isOpen('75-0042', '2026-10-26T07:00:00Z'),
      await isOpen('75-0042', '2027-03-26T06:59:00Z'),
      await isOpen('75-0042', '2027-03-29T06:00:00Z'),
      await isOpen('75-0042', '2026-10-24T10:00:00Z'),
      await isOpen('75-0043', '2026-10-24T10:00:00Z'),
      await isOpen(null, '2026-10-25T10:00:00Z'),
    ]).toEqual([true, false, false, true, false, true, false, true, false])
  })
})

describe('a mistake in a channel', () => {
  test.each([
    ['{ name: a, kind: slack, url: "http://hooks.example/x" }', 'is not an https:// address'],
    ['{ name: a, kind: slack, url: "https://u:p@hooks.example/x" }', 'is not an https:// address'],
    ['{ name: a, kind: pager, url: "https://x.example" }', 'must have a kind'],
    ['{ name: a, kind: webhook, url: "https://x.example", secret: short }', 'fewer than 16'],
    ['{ name: a, kind: slack, url: "https://x.example", kinds: [all] }', 'must be one of'],
    [
      '{ name: a, kind: slack, url: "https://x.example", quiet: { hours: ["00:00-12:00", "12:00-24:00"] } }',
      'are the whole week',
    ],
    [
      '{ name: a, kind: mail, host: h, security: none, user: u, password: p, from: a@b.fr, to: [a@b.fr] }',
      'would show the password',
    ],
    [
      '{ name: a, kind: mail, host: h, from: "a@b.fr", to: ["a@b.fr\\r\\nBcc: x"] }',
      'is not an address',
    ],
    ['{ name: a, kind: syslog, host: h, ca: nonsense }', 'is not a certificate'],
  ])('%s', (channel, said) => {
    expect(mistakes(channel)).toContain(said)
  })

  test('a channel for reminders of devices that is none, or no mail server, also when it is taken away', async () => {
    await using database = await openTestDatabase()
    const refusal = 'is not a channel of alerts of kind mail'
    await expect(apply(database, 'enrolment: { reminders: mail }')).rejects.toThrow(refusal)
    await expect(apply(database, `${ALERTS}\nenrolment: { reminders: desk }`)).rejects.toThrow(
      refusal,
    )
    await apply(database, `${SITES}${ALERTS}\nenrolment: { reminders: mail }`)
    expect(await apply(database, 'enrolment: { reminders: mail }')).toEqual([])
    await expect(apply(database, 'alerts: { channels: [] }')).rejects.toThrow(refusal)
  })

  test('an association that nobody declared, and a name that is there twice', async () => {
    await using database = await openTestDatabase()
    const one = '{ name: a, kind: slack, url: "https://x.example", associations: ["99"] }'
    await expect(apply(database, `alerts: { channels: [${one}] }`)).rejects.toThrow(
      '"99" is not declared',
    )
    expect(mistakes(`${one}\n    - ${one}`)).toContain('"a" is there twice')
  })
})
