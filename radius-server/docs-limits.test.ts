import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { DIRECTORY_LIMITS } from '#core/ldap/limits.ts'
import { DEFAULT_RADIUS_LIMITS } from '#core/radius-limits.ts'
import { BACK_OFF_LIMITS, BINDING, GUESSING } from './access/back-off.ts'
import { GRANT_LIMITS } from './access/grant-lookup.ts'
import { KNOWN_LIMITS } from './access/known-devices.ts'
import { PASSWORD_LIMITS } from './access/local-login.ts'
import { REMEMBERED_LIMITS } from './access/remembered-directory.ts'
import { VERIFIED_LIMITS } from './access/verified-passwords.ts'
import { WRONG_LIMITS } from './access/wrong-passwords.ts'
import { WRITER_LIMITS } from './accounting/accounting-writer.ts'
import { LIVE_LIMITS } from './disconnect/live-sessions.ts'
import { DUPLICATE_LIMITS } from './duplicates.ts'
import { CONVERSATION_LIMITS } from './eap/conversations.ts'
import { RESUMPTION_LIMITS } from './eap/resumption.ts'
import { SIBLING_LIMITS } from './hand-over/siblings.ts'
import { DEVICE_LIMITS } from './limits/over-limit.ts'
import { limitSizes } from './limits/sizes.ts'
import { LISTEN_LIMITS } from './listen-udp.ts'
import { RADSEC_LIMITS } from './listen-radsec.ts'
import { CONNECTION_LIMITS } from './radsec/connection.ts'

const root = join(import.meta.dirname, '..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')

/** The rows of the tables of docs/limits.md, by the beginning of their first cell. */
const rows = read('docs/limits.md')
  .split('\n')
  .filter((line) => /^\| [^-]/.test(line))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
  .filter(([first]) => !['Limit', 'Who fails', 'What'].includes(first ?? ''))

const SIZES = limitSizes(DEFAULT_RADIUS_LIMITS)
const MINUTE = 60_000

/** What each row says in numbers, in the order in which it says them. */
const SAID: Readonly<Record<string, readonly number[]>> = {
  '`gateway-packets`': [SIZES.packets.perSecond, SIZES.packets.burst],
  '`gateway-logins`': [SIZES.logins.perSecond, SIZES.logins.burst],
  '`device-logins`': [SIZES.device.perSecond, SIZES.device.burst],
  'one account from one device': [
    GUESSING.pair.free - 1,
    GUESSING.pair.firstMs / 1000,
    GUESSING.pair.longestMs / MINUTE,
  ],
  'one account, from devices': [
    GUESSING.account.free - 1,
    GUESSING.account.firstMs / 1000,
    GUESSING.account.longestMs / MINUTE,
  ],
  'the same two': [
    ...[BINDING.pair.free - 1, BINDING.account.free - 1],
    ...[BINDING.pair.firstMs / MINUTE, BINDING.account.firstMs / MINUTE],
    BINDING.pair.longestMs / MINUTE,
  ],
  'EAP conversations': [
    CONVERSATION_LIMITS.live,
    CONVERSATION_LIMITS.idleMs / 1000,
    CONVERSATION_LIMITS.rounds,
  ],
  'TLS sessions to resume': [RESUMPTION_LIMITS.remembered, 12],
  'TLS sessions to be written': [RESUMPTION_LIMITS.unwritten],
  'packets handed over to one': [SIBLING_LIMITS.inWork, SIBLING_LIMITS.answerMs / 1000],
  'requests against repetition': [DUPLICATE_LIMITS.requests, DUPLICATE_LIMITS.lifeMs / 1000],
  'right passwords': [VERIFIED_LIMITS.right, VERIFIED_LIMITS.rightLifeMs / 60 / MINUTE],
  'wrong passwords': [VERIFIED_LIMITS.wrong],
  'people of each directory': [REMEMBERED_LIMITS.people],
  'wrong passwords of each directory': [WRONG_LIMITS.held],
  'failures of a device': [BACK_OFF_LIMITS.pairs],
  'failures of an account': [BACK_OFF_LIMITS.accounts],
  'devices that an account': [KNOWN_LIMITS.remembered, KNOWN_LIMITS.days],
  'the same, to be written': [KNOWN_LIMITS.unwritten],
  'devices whose logins': [DEVICE_LIMITS.held],
  'sessions that can be ended': [LIVE_LIMITS.sessions],
  'passwords being hashed': [PASSWORD_LIMITS.running, PASSWORD_LIMITS.waiting],
  'questions about grants': [GRANT_LIMITS.running, GRANT_LIMITS.waiting],
  'questions to each directory': [DIRECTORY_LIMITS.logins],
  'requests in work, each UDP port': [LISTEN_LIMITS.inWork],
  'requests in work, each RadSec': [CONNECTION_LIMITS.inWork],
  'accounting packets': [WRITER_LIMITS.waiting],
  'the spool': [2, 128],
  'RadSec connections': [RADSEC_LIMITS.inAll, RADSEC_LIMITS.perGateway],
  'RadSec handshakes': [RADSEC_LIMITS.handshakes, RADSEC_LIMITS.handshakesPerAddress],
}

test('every row of the limits page says what the program holds, and none is left out', () => {
  expect(rows.length).toBe(Object.keys(SAID).length)
  for (const [name, numbers] of Object.entries(SAID)) {
    const found = rows.filter(([first]) => first?.startsWith(name))
    // The shortest: "wrong passwords" begins two.
    const row = found.toSorted((a, b) => (a[0]?.length ?? 0) - (b[0]?.length ?? 0))[0]
    const metricAt = (row?.length ?? 0) - 1
    const cells = row?.slice(1, metricAt - 1).join(' ') ?? ''
    const last =
      name.includes('account from') || name.includes('account, ') || name === 'the same two'
    const text = last ? `${cells} ${row?.[metricAt - 1]}` : cells
    const said = [...text.matchAll(/\d[\d,]*/g)].map(([digits]) =>
      Number(digits.replaceAll(',', '')),
    )
    expect(said, name).toEqual(numbers)
  }
})

test('every metric of the limits page is there, and explained where operators look', () => {
  const source = globSync('radius-server/**/*.ts', { cwd: root })
    .filter((path) => !path.endsWith('.test.ts'))
    .map(read)
    .join('\n')
  const explained = read('docs/metrics.md')
  for (const row of rows) {
    const name = /^`([a-z_]+)`$/.exec(row.at(-1) ?? '')?.[1] ?? ''
    expect(name, row[0]).not.toBe('')
    const part = name.replace(/^(directory|radsec)_/, '')
    expect(source, name).toMatch(new RegExp(`[_'\`]${part}['\`]`))
    expect(explained, name).toContain(`accueil_radius_${name}`)
  }
})
