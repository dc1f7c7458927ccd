import { describe, expect, test, vi } from 'vitest'
import { addSeenNames } from '#db/filter-windows.ts'
import { loadDnsTokens } from '#db/dns-tokens.ts'
import { openTestDatabase } from '../test/support/database.ts'
import type { TestDatabase } from '../test/support/database.ts'
import { seedHouse, testSeal } from '../test/support/house.ts'
import { runDnsToken } from './dns-token.ts'
import { runFilterLift } from './filter-lift.ts'
import { runFilterWatch } from './filter-watch.ts'
import { runListsCheck } from './lists-check.ts'
import { runLists } from './lists.ts'
import { runRules } from './rules.ts'
import { UsageError } from './run.ts'
import { runAt } from './testing/run-at.ts'

type Command = (words: readonly string[]) => Promise<number>

async function openHouse() {
  const database = await openTestDatabase()
  await seedHouse(database)
  const run = (command: Command) => (words: string) =>
    runAt(database.url, () => command(wordsOf(words)))
  return {
    database,
    rules: run(runRules),
    lift: run(runFilterLift),
    check: run(runListsCheck),
    token: run(runDnsToken),
    lists: run(runLists),
    watch: run(runFilterWatch),
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  }
}

/** As a shell takes them apart. */
function wordsOf(line: string): readonly string[] {
  return (line.match(/[^ "]+|"[^"]*"/g) ?? []).map((word) => word.replaceAll('"', ''))
}

const actions = async ({ sql }: TestDatabase): Promise<readonly string[]> =>
  (await sql<{ action: string }[]>`select action from audit.entry order by id`).map(
    ({ action }) => action,
  )

describe('rules', () => {
  test('are made, listed, replaced and removed in words, each with its line in the audit', async () => {
    await using house = await openHouse()
    expect((await house.rules('list')).out).toEqual(['There is no rule.'])
    const made = await house.rules(
      'block Vidéo.example. --network guest --site 75-0042 --until 2099-12-31 --note "the line is thin"',
    )
    expect(made).toMatchObject({
      code: 0,
      out: [
        'block xn--vido-dpa.example and all below it (75-0042, guest) until 2099-12-31T23:59:59.000Z',
      ],
    })
    expect((await house.rules('allow school.example --association 75')).out).toEqual([
      'allow school.example and all below it (association 75)',
    ])
    expect((await house.rules('block school.example --association 75')).out).toEqual([
      'block school.example and all below it (association 75), in place of allow',
    ])
    const listed = (await house.rules('list')).out
    expect(listed).toContain('block school.example  |  association 75')
    expect(listed.join()).toContain('until 2099-12-31T23:59:59.000Z  |  the line is thin')
    const json = (await house.rules('list --json')).out.map((line) => JSON.parse(line) as object)
    expect(json).toContainEqual(expect.objectContaining({ domain: 'xn--vido-dpa.example' }))
    expect((await house.rules('remove school.example --association 75')).code).toBe(0)
    await expect(house.rules('remove school.example')).rejects.toThrow(
      'there is no rule for school.example (everywhere)',
    )
    expect(await actions(house.database)).toEqual([
      'rules.block',
      'rules.allow',
      'rules.block',
      'rules.remove',
    ])
  })

  test('with wrong words are named, and nothing is changed', async () => {
    await using house = await openHouse()
    for (const [words, sentence] of [
      ['', /say rules block, allow, remove or list/],
      ['forbid a.example', /say rules block/],
      ['block', /give one domain name/],
      ['block a..example', /"a\.\.example" is not a domain name/],
      ['block a.example --site 75-9999', /--site "75-9999" is not declared/],
      ['block a.example --site 75-0042 --association 75', /cannot stand beside/],
      ['block a.example --network lan', /--network "lan" is neither guest nor staff/],
      ['block a.example --until 2020-01-01', /--until "2020-01-01" is over/],
      ['block a.example --until tomorrow', /--until "tomorrow"/],
    ] as const) {
      await expect(house.rules(words)).rejects.toThrow(sentence)
    }
    expect(await actions(house.database)).toEqual([])
  })
})

test('lists check names the list and its line, other hours, and what a reference stands for', async () => {
  await using house = await openHouse()
  const { sql } = house.database
  const blocked = (await house.check('www.bad.example --site 75-0042')).out
  expect(blocked).toEqual([
    'www.bad.example is blocked:',
    '  list adult (adult), line 1: bad.example',
    '  decided by the organisation',
    expect.stringMatching(
      /^ {2}answered with: there is no such name; extended error 15, reference/,
    ),
  ])
  const reference = /reference (\w{5})/.exec(blocked.join('\n'))?.[1] ?? ''
  expect((await house.check(`--ref ${reference.toLowerCase()}`)).out).toEqual([
    'list: adult, category adult',
  ])
  expect(await house.check('--ref ZZZZZ')).toMatchObject({
    code: 1,
    errors: ['accueil: nothing that blocks now has the reference ZZZZZ'],
  })
  const none = { allow: [], trust: [], imposed: [], answers: [], page: [], asked: false }
  const rest = { addresses: [], private_names: [], internal: ['intra.example'], always: [] }
  const forward = ['corp.example=10.0.0.53', 'corp.example=10.0.1.53']
  const whole = { position: 0, hours: [], block: [], ...none, ...rest, forward }
  await sql`insert into house.filter ${sql(whole)}`
  const level = { ...none, ...rest, internal: [], site: '75-0042', network: 'guest', position: 1 }
  await sql`insert into house.filter ${sql({ ...level, hours: ['mon-fri 09:00-12:00'], block: ['service:tiktok'] })}`
  const at = (hour: string): string =>
    `www.tiktok.com --site 75-0042 --at "2026-11-30 ${hour} Europe/Paris"`
  expect((await house.check(at('11:59'))).out.join('\n')).toMatch(
    /is blocked: it is of tiktok[^]*in the hours mon-fri 09:00-12:00[^]*until 2026-11-30T11:00/,
  )
  expect((await house.check(at('12:00'))).out[0]).toMatch(/is not blocked/)
  expect((await house.check('a.intra.example')).out[0]).toMatch(/is not answered to guests/)
  expect((await house.check('a.intra.example --network staff')).out[0]).toMatch(/no server for it/)
  expect((await house.check('a.corp.example --network staff')).out).toEqual([
    'a.corp.example is not blocked: no rule and no list names it.',
    '  asked of 10.0.0.53:53, 10.0.1.53:53, and of nobody else',
  ])
  for (const wrong of ['', 'a.example b.example', 'a.example --ref ABCDE', 'a..example']) {
    await expect(house.check(wrong)).rejects.toThrow(UsageError)
  }
  await expect(house.check('a.example --at whenever')).rejects.toThrow('--at "whenever"')
  await expect(house.check('a.example --site 75-1')).rejects.toThrow('is not a place')
})

test('filter lift lets through for a time, lists it, ends it, and wants a reason', async () => {
  await using house = await openHouse()
  expect((await house.lift('--list')).out).toEqual(['Nothing is lifted.'])
  const lifted = await house.lift('--site 75-0042 --for 1h --reason "a film evening"')
  expect(lifted.out[0]).toMatch(
    /^the filter, but for what is imposed, is lifted \(75-0042\) until 20/,
  )
  const id = /--end (\d+)$/.exec(lifted.out[1] ?? '')?.[1] ?? ''
  expect((await house.check('bad.example --site 75-0042')).out.join('\n')).toContain(
    'the filter is lifted here for now',
  )
  expect((await house.lift('--list')).out).toEqual([
    expect.stringMatching(/all that is not imposed .*75-0042 .*cli:.*a film evening$/),
  ])
  expect((await house.lift(`--end ${id}`)).out).toEqual([`lift ${id} is over`])
  expect((await house.check('bad.example --site 75-0042')).out[0]).toBe('bad.example is blocked:')
  for (const [words, sentence] of [
    [`--end ${id}`, /no lift \d+ is in force/],
    ['--end x', /no lift x is in force/],
    ['--for 1h', /reason/],
    ['--for 25h --reason why', /--for "25h" is not a length of time .* 24 hours at most/],
    ['--for 1h --what service: --reason why', /--what "service:" is not a category/],
  ] as const) {
    await expect(house.lift(words)).rejects.toThrow(sentence)
  }
  expect(await actions(house.database)).toEqual(['filter.lift', 'filter.lift.end'])
})

test('dns token prints the same token until another is made, and the one before for its grace', async () => {
  await using house = await openHouse()
  const { database } = house
  const [first] = (await house.token('75-0042')).out
  expect(first).toMatch(/^[a-z0-9]{20,63}$/)
  expect((await house.token('75-0042')).out).toEqual([first])
  expect((await house.token('75-0042 --network staff')).out).not.toEqual([first])
  const rotated = await house.token('75-0042 --rotate --grace 7d')
  expect(rotated.errors[0]).toMatch(/the token before is valid until 20/)
  expect(rotated.out).not.toEqual([first])
  const valid = (await loadDnsTokens(database, testSeal)).map(({ token }) => token)
  expect(valid).toEqual(expect.arrayContaining([first, ...rotated.out]))
  await expect(house.token('75-9999')).rejects.toThrow('not a place with a guest network')
  await expect(house.token('75-0042 --device tablet')).rejects.toThrow('is not declared there')
  await expect(house.token('')).rejects.toThrow(UsageError)
  expect(await actions(database)).toEqual(['dns.token.rotate'])
})

test('filter watch shows the names of one device as they come, and leaves none', async () => {
  await using house = await openHouse()
  const { database } = house
  const watching = house.watch(
    '--site 75-0042 --ip 192.168.77.9 --for 5m --reason "it shows nothing"',
  )
  let window = ''
  await vi.waitFor(async () => {
    const rows = await database.sql<{ id: string }[]>`select id from house.filter_window`
    window = rows[0]?.id ?? ''
    expect(window).not.toBe('')
  }, 20_000)
  const seen = { window, at: new Date(), name: 'planted.example', type: 1 }
  await addSeenNames(database, [
    { ...seen, category: 'adult' },
    { ...seen, name: 'other.example', category: null },
  ])
  // The command looks twice a second; then whoever watches has seen enough.
  await vi.waitFor(() => {
    const shown = vi.mocked(console.log).mock.calls.map(([line]) => String(line))
    expect(shown).toHaveLength(2)
  }, 20_000)
  process.listeners('SIGINT').at(-1)?.('SIGINT')
  const { code, out, errors } = await watching
  expect(code).toBe(0)
  expect(errors[0]).toMatch(
    /^accueil: names of 192\.168\.77\.9 are shown until .* nothing of them is kept/,
  )
  expect(out).toEqual([
    expect.stringMatching(/ {2}planted\.example {2}type 1 {2}adult$/),
    expect.stringMatching(/ {2}other\.example {2}type 1 {2}let through$/),
  ])
  const [left] = await database.sql<{ left: number }[]>`
    select (select count(*)::int from house.filter_window_name) + (select count(*)::int from house.filter_window) as left`
  expect(left).toEqual({ left: 0 })
  for (const [words, sentence] of [
    ['--ip 192.168.77.9 --reason why', /--site is missing/],
    ['--site 75-0042 --reason why', /say which device/],
    ['--site 75-0042 --ip 192.168.78.9 --reason why', /is not an address of the guest network/],
    ['--site 75-0042 --device till --reason why', /"till" is not declared there/],
    ['--site 75-0042 --ip 192.168.77.9', /reason/],
  ] as const) {
    await expect(house.watch(words)).rejects.toThrow(sentence)
  }
})

test('lists names who made a list that says under what licence it may be shown', async () => {
  await using house = await openHouse()
  expect((await house.lists('')).out).toEqual(['adult (adult; guest, staff): not counted yet'])
  await house.database.sql`
    insert into house.list_source (list, url, allow_private)
    values ('adult', 'https://dsi.ut-capitole.fr/blacklists/download/adult.tar.gz', false)`
  expect((await house.lists('')).out).toContainEqual(
    expect.stringMatching(/by Université Toulouse Capitole, CC BY-SA 4\.0 \(https:/),
  )
})
