import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, afterAll, describe, expect, test } from 'vitest'
import { openTestDatabase } from '../../test/support/database.ts'
import type { TestDatabase } from '../../test/support/database.ts'
import { CONTRACT_FILES, temporaryFolder } from '../../test/support/folder.ts'
import { testSeal } from '../../test/support/house.ts'
import { loadGateways } from '../gateways.ts'
import { loadPolicies } from '../policies.ts'
import { DeclarationError, applyDeclaration } from './apply.ts'
import { formatChange } from './difference.ts'
import { readDeclaration } from './read.ts'

const NOW = Date.parse('2026-11-23T12:00:00Z')
const DAY_MS = 86_400_000

let database: TestDatabase
beforeAll(async () => {
  database = await openTestDatabase()
  expect(await apply(CONTRACT_FILES['house.yaml'])).not.toEqual([])
})
afterAll(() => database[Symbol.asyncDispose]())

/** What changed, or what is wrong; without the folder's path. */
async function apply(yaml: string, now = NOW): Promise<readonly string[]> {
  using folder = temporaryFolder({ ...CONTRACT_FILES, 'house.yaml': yaml })
  const read = readDeclaration([folder.file('house.yaml')])
  const plain = (lines: readonly string[]): readonly string[] =>
    lines.map((line) => line.replaceAll(`${folder.path}/`, ''))
  if (!read.ok) return plain(read.problems)
  try {
    const options = { dryRun: false, actor: 'test', now }
    return (await applyDeclaration(database, testSeal, read.declaration, options)).map(formatChange)
  } catch (thrown) {
    if (thrown instanceof DeclarationError) return plain(thrown.problems)
    throw thrown
  }
}

const policies = (...lines: readonly string[]): string =>
  ['version: 1', 'policies:', ...lines.map((line) => `  - ${line}`)].join('\n')

describe('policies', () => {
  test('are loaded as they were declared, in their order; twice is once', async () => {
    const declared = policies(
      '{ name: night, when: { network: staff, hours: ["mon-fri  20:00-08:00", "sat,sun"] }, refuse: Closed }',
      '{ name: tills, when: { sites: "75-0042", by: certificate, devices: [till, printer] }, give: { vlan: 50, filter: tills } }',
      '{ name: volunteers, when: { associations: ["75"], groups: [Bénévoles] }, give: { vlan: 30, session: 8h, down: 20M, up: 512k, redirect: "https://wifi.example/" } }',
      '{ name: everyone, give: {} }',
    )
    expect(await apply(declared)).toEqual([
      '+ policy night',
      '+ policy tills',
      '+ policy volunteers',
      '+ policy everyone',
    ])
    expect(await apply(declared)).toEqual([])
    const nothing = {
      ...{ network: null, groups: [], associations: [], sites: [], hours: [], proofs: [] },
      ...{ devices: [], vlan: null, sessionSeconds: null, downKbit: null, upKbit: null },
      ...{ filter: null, redirect: null, refusal: null },
    }
    expect(await loadPolicies(database.as('radius'))).toEqual([
      {
        ...{ ...nothing, name: 'night', network: 'staff', refusal: 'Closed' },
        hours: ['mon-fri 20:00-08:00', 'sat,sun'],
      },
      {
        ...{ ...nothing, name: 'tills', sites: ['75-0042'], proofs: ['certificate'] },
        ...{ devices: ['till', 'printer'], vlan: 50, filter: 'tills' },
      },
      {
        ...{ ...nothing, name: 'volunteers', associations: ['75'], groups: ['bénévoles'] },
        ...{ vlan: 30, sessionSeconds: 28_800, downKbit: 20_000, upKbit: 512 },
        redirect: 'https://wifi.example/',
      },
      { ...nothing, name: 'everyone' },
    ])
  })

  test('of the documentation are taken', async () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/policy.md'), 'utf8')
    await apply('version: 1\npolicies: []')
    const [, example = ''] = /```yaml\n([^]*?)```/.exec(page) ?? []
    expect((await apply(example)).filter((line) => line.startsWith('+'))).toHaveLength(7)
    await apply('version: 1\npolicies: []')
  })

  test('may change their places, and go when they are not declared any more', async () => {
    await apply(
      policies(
        '{ name: one, when: { groups: a }, give: {} }',
        '{ name: two, when: { groups: b }, give: {} }',
      ),
    )
    expect(
      await apply(
        policies(
          '{ name: two, when: { groups: b }, give: {} }',
          '{ name: one, when: { groups: a }, give: { vlan: 7 } }',
        ),
      ),
    ).toEqual(['~ policy two: position 2 → 1', '~ policy one: position 1 → 2, vlan none → 7'])
    expect((await loadPolicies(database)).map(({ name }) => name)).toEqual(['two', 'one'])
    expect(await apply('version: 1\npolicies: []')).toEqual(['- policy two', '- policy one'])
  })

  test('of places that there are not, and that nobody can reach, are refused with their lines', async () => {
    expect(
      await apply(
        policies(
          '{ name: paris, when: { associations: "75", network: staff, hours: "mon-fri 08:00-20:00" }, give: {} }',
          '{ name: nation, when: { sites: "75-0042", network: staff, hours: "tue 09:00-12:00", groups: a }, refuse: No }',
          '{ name: nowhere, when: { sites: ["75-9999"] }, give: {} }',
          '{ name: none, when: { associations: ["99"] }, give: {} }',
          '{ name: wider, when: { sites: "75-0042", network: staff }, give: {} }',
        ),
      ),
    ).toEqual([
      'house.yaml:4: policies[1] "nation" is never reached: "paris" at house.yaml:3: policies[0] decides for all whom it fits',
      'house.yaml:5: policies[2].when.sites "75-9999" is not declared',
      'house.yaml:6: policies[3].when.associations "99" is not declared',
    ])
  })

  test.each<readonly [string, string]>([
    ['{ name: a }', ' must have either give, which may be {}, or refuse with a sentence'],
    [
      '{ name: a, give: {}, refuse: No }',
      ' must have either give, which may be {}, or refuse with a sentence',
    ],
    ['{ name: a, when: { group: x }, give: {} }', '.when.group is not a key of this format'],
    [
      '{ name: a, when: { hours: "monday" }, give: {} }',
      '.when.hours must be hours such as "mon-fri 08:00-20:00", or a list of them',
    ],
    [
      '{ name: a, when: { devices: [a till] }, give: {} }',
      '.when.devices[0] is not a kind such as laptop, phone, till or printer',
    ],
    [
      '{ name: a, when: { network: guest, groups: x }, give: {} }',
      '.when.groups are of staff: a guest has none, so this would fit nobody',
    ],
    [
      '{ name: a, when: { sites: x, associations: y }, give: {} }',
      '.when.sites cannot stand beside associations: a policy is for places or for associations',
    ],
    ['{ name: a, give: { vlan: 4095 } }', '.give.vlan Too big: expected number to be <=4094'],
    ['{ name: a, give: { down: 20 } }', '.give.down must be text: put it in quotes, "20"'],
    [
      '{ name: a, give: { down: 5G } }',
      '.give.down "5G" is not bits a second such as 512k or 20M, 4G at most',
    ],
    [
      '{ name: a, give: { session: 2w } }',
      '.give.session "2w" is not a length of time such as 30m or 8h, 31d at most',
    ],
    [
      '{ name: a, give: { redirect: "ftp://x" } }',
      '.give.redirect is not an address such as https://wifi.example/help',
    ],
  ])('%s is refused with its line', async (policy, problem) => {
    expect(await apply(policies(policy))).toEqual([`house.yaml:3: policies[0]${problem}`])
  })
})

describe('the secret of a gateway', () => {
  const house = CONTRACT_FILES['house.yaml']
  const withSecret = (secret: string, more = ''): string =>
    house.replace('secret: testing123', `secret: ${secret}${more}`)
  const secrets = async () => {
    const [gateway] = await loadGateways(database.as('radius'), testSeal)
    return [gateway?.secret, gateway?.formerSecret]
  }

  test('is valid beside the new one for a week, sealed like that one, and no longer is said', async () => {
    await apply(withSecret('first-secret', ', former_secret: "0"'))
    expect(await secrets()).toEqual(['first-secret', null])
    expect(await apply(withSecret('second-secret'))).toEqual([
      '~ gateway gw-0042: secret changed, former_secret changed, former_secret_until none → "2026-11-30T12:00:00.000Z"',
    ])
    const until = NOW + 7 * DAY_MS
    expect(await secrets()).toEqual(['second-secret', { secret: 'first-secret', until }])
    const [row] = await database.sql`select former_secret from house.gateway`
    expect(JSON.stringify(row)).not.toContain('first-secret')
    expect(await apply(withSecret('second-secret'), NOW + DAY_MS)).toEqual([])
    // Also when its time is over.
    expect(await apply(withSecret('second-secret'), NOW + 30 * DAY_MS)).toEqual([])
  })

  test('is valid for as long as is said, and not at all where that is nothing', async () => {
    await apply(withSecret('third-secret', ', former_secret: 2d'))
    const until = NOW + 2 * DAY_MS
    expect(await secrets()).toEqual(['third-secret', { secret: 'second-secret', until }])
    await apply(withSecret('third-secret', ', former_secret: "0"'))
    expect(await secrets()).toEqual(['third-secret', null])
    await apply(withSecret('stolen-no-more', ', former_secret: "0"'))
    expect(await secrets()).toEqual(['stolen-no-more', null])
  })

  test('can be taken back', async () => {
    await apply(withSecret('fourth-secret'))
    await apply(withSecret('stolen-no-more'))
    expect((await secrets())[0]).toBe('stolen-no-more')
    expect((await secrets())[1]).toMatchObject({ secret: 'fourth-secret' })
  })
})

describe('the vendor of a gateway', () => {
  const house = CONTRACT_FILES['house.yaml']
  const gatewayWith = (more: string): string =>
    house.replace('kind: generic', `kind: generic, ${more}`)

  test('may still stand under coa, but not another one beside it', async () => {
    await apply(gatewayWith('coa: { vendor: mikrotik }'))
    expect((await loadGateways(database, testSeal))[0]?.vendor).toBe('mikrotik')
    expect(await apply(gatewayWith('vendor: mikrotik, coa: {}'))).toEqual([])
    expect(await apply(gatewayWith('vendor: cisco, coa: { vendor: aruba }'))).toEqual([
      expect.stringMatching(/coa\.vendor is another than vendor: leave it out here$/),
    ])
  })
})
