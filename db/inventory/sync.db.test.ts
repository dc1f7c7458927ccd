import { beforeEach, describe, expect, test } from 'vitest'
import { openTestDatabase } from '../../test/support/database.ts'
import type { TestDatabase } from '../../test/support/database.ts'
import { temporaryFolder } from '../../test/support/folder.ts'
import { testSeal } from '../../test/support/house.ts'
import { applyDeclaration } from '../declaration/apply.ts'
import { formatChange } from '../declaration/difference.ts'
import { exportHouse } from '../declaration/export/house.ts'
import { readDeclaration } from '../declaration/read.ts'
import { openDatabase } from '../connection.ts'
import type { Database } from '../connection.ts'
import { createJobRunner } from '../jobs.ts'
import type { Job } from '../jobs.ts'
import { silentLog } from '#core/log.ts'
import { inventoryJob, syncInventory } from './sync.ts'
import type { SyncOptions } from './sync.ts'
import { NETBOX_TOKEN, scriptedNetBox } from './testing/scripted-netbox.ts'
import type { NetBoxPlace, ScriptedNetBox } from './testing/scripted-netbox.ts'

const NOW = Date.parse('2026-11-28')

function place(n: number): NetBoxPlace {
  const [high, low] = [n >> 8, n & 255]
  return {
    ...{ slug: `75-${1000 + n}`, name: `Centre ${n}`, gateway: `gw-${1000 + n}` },
    ...{ guest: `10.${100 + high}.${low}.0/25`, staff: `10.${100 + high}.${low}.128/25` },
    address: `100.64.${high}.${low}`,
  }
}

/** A house whose places come from a NetBox with so many of them. */
async function houseOf(
  count: number,
): Promise<AsyncDisposable & { readonly database: TestDatabase; readonly netbox: ScriptedNetBox }> {
  const netbox = await scriptedNetBox()
  const database = await openTestDatabase()
  netbox.places = Array.from({ length: count }, (_, i) => place(i))
  await declare(
    database,
    `inventory: { netbox: { url: "${netbox.url}/api/", token: ${NETBOX_TOKEN}, webhook_secret: sixteen-letters-1 } }`,
  )
  return {
    ...{ database, netbox },
    async [Symbol.asyncDispose]() {
      await netbox[Symbol.asyncDispose]()
      await database[Symbol.asyncDispose]()
    },
  }
}

async function declare(database: TestDatabase, yaml: string): Promise<readonly string[]> {
  using folder = temporaryFolder({
    'house.yaml': `version: 1\nassociations: [ { code: "75", name: Paris } ]\n${yaml}\n`,
  })
  const read = readDeclaration([folder.file('house.yaml')], () => testSeal)
  if (!read.ok) return read.problems.map((problem) => problem.replace(/^.*house.yaml/, 'house'))
  const options = { dryRun: false, actor: 'cli:ada', now: NOW }
  return (await applyDeclaration(database, testSeal, read.declaration, options)).map(formatChange)
}

/** As the role jobs does. */
function run(database: TestDatabase, answerMs = 30_000): Promise<string> {
  return jobOf(database, answerMs).run()
}

function jobOf(database: TestDatabase, answerMs = 30_000): Job {
  const open = (): Database =>
    openDatabase(database.url, { applicationName: 'test', max: 1, role: 'inventory' })
  return inventoryJob({
    database: database.as('jobs'),
    open,
    seal: testSeal,
    clock: () => NOW,
    answerMs,
  })
}

async function sync(database: TestDatabase, how: SyncOptions['how']) {
  return syncInventory(database, testSeal, { how, actor: 'cli:ada', now: NOW })
}

async function gateways({ sql }: TestDatabase): Promise<number> {
  const [row] = await sql<{ n: number }[]>`select count(*)::int as n from house.gateway`
  return row?.n ?? 0
}

describe('places of NetBox', () => {
  test('are made with their networks and gateways, followed, and never twice', async () => {
    await using house = await houseOf(3)
    const { database, netbox } = house
    const look = await sync(database, 'look')
    expect(look?.changes.length).toBe(12)
    expect(await gateways(database)).toBe(0)
    expect(await run(database)).toBe('3 places, 12 changes, 0 gone')
    expect(await run(database)).toBe('3 places, 0 changes, 0 gone')
    const [site] = await database.sql`
      select s.name, s.declared, n.subnets::text[], n.vlan, g.address::text
      from house.site s join house.network n on n.site = s.code and n.kind = 'staff'
      join house.gateway g on g.site = s.code where s.code = '75-1001'`
    expect(site).toEqual({
      ...{ name: 'Centre 1', declared: false, subnets: ['10.100.1.128/25'], vlan: 20 },
      address: '100.64.0.1/32',
    })
    netbox.places = [place(0), { ...place(1), name: 'Été', address: '100.64.9.9' }, place(2)]
    const changed = await sync(database, 'look')
    expect(changed?.changes.map(formatChange)).toEqual([
      '~ site 75-1001: name "Centre 1" → "Été"',
      '~ gateway gw-1001: address "100.64.0.1/32" → "100.64.9.9/32"',
    ])
    netbox.places = [place(0), { ...place(1), physical: '4 rue de l’Été\r\n75011 Paris' }, place(2)]
    expect((await sync(database, 'look'))?.changes.map(formatChange)).toEqual([
      '~ site 75-1001: postal_address none → "4 rue de l’Été, 75011 Paris"',
    ])
    // A tenant that nobody has seen is a new association.
    netbox.places = [place(0), { ...place(1), tenant: 'lyon' }, place(2)]
    expect((await sync(database, 'look'))?.changes.map(formatChange)).toContain(
      '+ association lyon',
    )
    const [line] = await database.sql`
      select actor, association from audit.entry where subject = 'site 75-1001'`
    expect(line).toEqual({ actor: 'job:inventory', association: '75' })
  })

  test('that are gone or ended lose their gateways and stay for the log; they come back', async () => {
    await using house = await houseOf(4)
    const { database, netbox } = house
    await run(database)
    netbox.places = [place(0), { ...place(1), status: 'retired' }, place(2)]
    expect(await run(database)).toBe('2 places, 2 changes, 2 gone')
    expect(await gateways(database)).toBe(2)
    const [sites] = await database.sql`select count(*)::int as n from house.site`
    expect(sites).toEqual({ n: 4 })
    netbox.places = [0, 1, 2, 3].map(place)
    expect(await run(database)).toBe('4 places, 2 changes, 0 gone')
  })

  test('are 2,333, read page by page; half of them missing changes nothing', async () => {
    await using house = await houseOf(2333)
    const { database, netbox } = house
    const parts: number[] = []
    expect(await jobOf(database).run((part) => void parts.push(part))).toBe(
      '2333 places, 9332 changes, 0 gone',
    )
    // Page by page of NetBox, then step by step of the house, up to the end and never back.
    expect(parts.length).toBeGreaterThan(60)
    expect(parts).toEqual(parts.toSorted((a, b) => a - b))
    expect([parts[0], parts.at(-1)]).toEqual([expect.closeTo(0.032, 2), 1])
    expect(netbox.asked.filter((path) => path.startsWith('/api/dcim/sites/')).length).toBe(5)
    netbox.places = netbox.places.slice(0, 1167)
    expect(await run(database)).toMatch(/^held back: 1166 places are gone/)
    expect(await gateways(database)).toBe(2333)
    const [state] = await database.sql`
      select jsonb_array_length(held) as lines from house.inventory_state`
    expect(state).toEqual({ lines: 500 })
  }, 180_000)

  test('that are gone in numbers go when somebody accepts just those, and once', async () => {
    await using house = await houseOf(20)
    const { database, netbox } = house
    await run(database)
    netbox.places = netbox.places.slice(0, 12)
    expect(await run(database)).toMatch(/^held back: 8 places/)
    expect(await run(database)).toMatch(/^held back: 8 places/)
    const [state] = await database.sql<{ id: string }[]>`
      select held_sha256 as id from house.inventory_state`
    // Another place is gone since somebody looked: that is not what was accepted.
    netbox.places = netbox.places.slice(0, 11)
    await database.sql`select house.accept_inventory(${state?.id ?? ''}, 'staff:ada', 'closed')`
    expect(await run(database)).toMatch(/^held back: 9 places/)
    netbox.places = Array.from({ length: 12 }, (_, n) => place(n))
    expect(await run(database)).toBe('12 places, 8 changes, 8 gone')
    expect(await gateways(database)).toBe(12)
    netbox.places = netbox.places.slice(0, 4)
    expect(await run(database)).toMatch(/^held back: 8 places/)
    expect((await sync(database, 'accept'))?.isHeld).toBe(false)
    expect(await gateways(database)).toBe(4)
  })
})

describe('what NetBox does wrong changes nothing and is told', () => {
  let said: readonly (readonly [ScriptedNetBox['trouble'], RegExp])[] = []
  beforeEach(() => {
    said = [
      ['sign-in page', /is "text\/html" and not JSON: a sign-in page stands before it/],
      ['breaks off', /is JSON that breaks off/],
      ['half a list', /gave 4 rows of 5: it changed meanwhile/],
      ['error', /was answered 502: Bad gateway/],
      ['silence', /does not answer: /],
      ['elsewhere', /next page is said to be at another address/],
    ]
  })

  test('whatever it is, and the next poll goes on', async () => {
    await using house = await houseOf(5)
    const { database, netbox } = house
    await run(database)
    for (const [trouble, sentence] of said) {
      netbox.trouble = trouble
      expect(await run(database)).toMatch(sentence)
      const [state] = await database.sql`select error, places from house.inventory_state`
      expect(state).toEqual({ error: expect.stringMatching(sentence), places: 5 })
    }
    netbox.trouble = null
    expect(await run(database)).toBe('5 places, 0 changes, 0 gone')
    const [state] = await database.sql`select error from house.inventory_state`
    expect(state).toEqual({ error: null })
  })

  test('an answer that takes longer than anybody waits, to the poll and to the command', async () => {
    await using house = await houseOf(3)
    const { database, netbox } = house
    await run(database)
    netbox.trouble = 'slow'
    const late =
      /gave no whole answer to \/api\/dcim\/sites\/ within 0.2 s: see whether it is overloaded/
    expect(await run(database, 200)).toMatch(late)
    const [state] = await database.sql`select error, places from house.inventory_state`
    expect(state).toEqual({ error: expect.stringMatching(late), places: 3 })
    const accept = { how: 'accept', actor: 'cli:ada', now: NOW, answerMs: 200 } as const
    await expect(syncInventory(database, testSeal, accept)).rejects.toThrow(late)
    expect(await gateways(database)).toBe(3)
  })

  test('a token that it refuses', async () => {
    await using house = await houseOf(1)
    const { database, netbox } = house
    await declare(database, `inventory: { netbox: { url: "${netbox.url}", token: another-token } }`)
    expect(await run(database)).toMatch(/the token is refused \(403\): make one that may read/)
  })

  test('names that would move a terminal or do not fit are refused, all of them named', async () => {
    await using house = await houseOf(2)
    const { database, netbox } = house
    netbox.places = [
      { ...place(0), name: '\u001b[2JX' },
      { ...place(1), slug: 'not a code' },
    ]
    const said = await run(database)
    expect(said).toMatch(/NetBox site 1: name has a control character in it/)
    expect(said).toMatch(/NetBox site 2: code must be 1 to 64 letters/)
    expect(await gateways(database)).toBe(0)
  })
})

test('the inventory is declared, exported with its secrets sealed, and taken away again', async () => {
  await using house = await houseOf(0)
  const { database } = house
  const options = { secrets: 'sealed', beside: false, actor: 'x', reason: null } as const
  const { yaml } = await exportHouse(database, testSeal, options)
  expect(yaml).toMatch(/netbox:/)
  expect(yaml).not.toContain(NETBOX_TOKEN)
  const section = yaml.slice(yaml.indexOf('inventory:'))
  expect(await declare(database, section)).toEqual([])
  expect(
    await declare(
      database,
      'inventory: { netbox: { url: "http://netbox.example", token: 12345678x } }',
    ),
  ).toEqual([
    expect.stringMatching(
      /inventory.netbox.url "http:\/\/netbox.example" is not an address such as https:/,
    ),
  ])
  expect(await declare(database, 'inventory: {}')).toEqual(['- inventory netbox'])
  expect(await run(database)).toBe('no inventory is declared')
})

test('the job polls once in the fleet', async () => {
  await using house = await houseOf(1)
  const { database, netbox } = house
  const jobs = database.as('jobs')
  const fleet = [1, 2].map(() =>
    createJobRunner({
      ...{ database: jobs, log: silentLog, clock: Date.now },
      jobs: [jobOf(database)],
    }),
  )
  await Promise.all(fleet.map((runner) => runner.start()))
  await Promise.all(fleet.map((runner) => runner.stop()))
  expect(netbox.asked.filter((path) => path.startsWith('/api/dcim/sites/')).length).toBe(1)
})
