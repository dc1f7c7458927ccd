import { expect, test } from 'vitest'
import { applyDeclaration } from '#db/declaration/apply.ts'
import { readDeclaration } from '#db/declaration/read.ts'
import { NETBOX_TOKEN, scriptedNetBox } from '#db/inventory/testing/scripted-netbox.ts'
import type { ScriptedNetBox } from '#db/inventory/testing/scripted-netbox.ts'
import { openTestDatabase } from '../test/support/database.ts'
import type { TestDatabase } from '../test/support/database.ts'
import { temporaryFolder } from '../test/support/folder.ts'
import { testSeal } from '../test/support/house.ts'
import { accueilAt } from './testing/run-at.ts'

const PLACES = Array.from({ length: 12 }, (_, n) => ({
  ...{ slug: `75-10${n}`, name: `Centre ${n}`, guest: `10.100.${n}.0/25` },
  ...{ gateway: `gw-10${n}`, address: `100.64.0.${n}` },
}))

/** A house with a NetBox of twelve places, declared or not. */
async function openHouse({ isDeclared = true } = {}): Promise<
  AsyncDisposable & {
    readonly database: TestDatabase
    readonly netbox: ScriptedNetBox
    accueil(...words: readonly string[]): ReturnType<typeof accueilAt>
    /** Of places and of their gateways. */
    counts(): Promise<unknown>
  }
> {
  const netbox = await scriptedNetBox()
  const database = await openTestDatabase()
  netbox.places = PLACES
  const section = `inventory: { netbox: { url: "${netbox.url}/api/", token: ${NETBOX_TOKEN} } }\n`
  using folder = temporaryFolder({
    'house.yaml': `version: 1\nassociations: [ { code: "75", name: Paris } ]\n${isDeclared ? section : ''}`,
  })
  const read = readDeclaration([folder.file('house.yaml')], () => testSeal)
  if (!read.ok) throw new Error(read.problems.join('\n'))
  const options = { dryRun: false, actor: 'cli:ada', now: Date.now() }
  await applyDeclaration(database, testSeal, read.declaration, options)
  return {
    ...{ database, netbox },
    accueil: (...words) => accueilAt(database.url, ...words),
    async counts() {
      const [row] = await database.sql`
        select (select count(*)::int from house.site) as places,
               (select count(*)::int from house.gateway) as gateways`
      return row
    },
    async [Symbol.asyncDispose]() {
      await netbox[Symbol.asyncDispose]()
      await database[Symbol.asyncDispose]()
    },
  }
}

test('inventory check says what NetBox would change, and changes nothing', async () => {
  await using house = await openHouse()
  const { code, stdout } = await house.accueil('inventory', 'check')
  expect(code).toBe(0)
  expect(stdout).toContain('+ site 75-100\n')
  expect(stdout).toContain('+ gateway gw-1011\n')
  expect(stdout).toContain('note: 12 places in NetBox\n')
  expect(stdout).toContain('36 changes would be made.\n')
  expect(await house.counts()).toEqual({ places: 0, gateways: 0 })
})

test('inventory accept takes them over with a reason, also where so much is gone that it was held back', async () => {
  await using house = await openHouse()
  const without = await house.accueil('inventory', 'accept')
  expect(without.code).not.toBe(0)
  expect(without.stderr).toContain('--reason')
  const made = await house.accueil('inventory', 'accept', '--reason', 'the first time')
  expect([made.code, made.stdout.split('\n').at(-2)]).toEqual([0, '36 changes made.'])
  expect(await house.counts()).toEqual({ places: 12, gateways: 12 })
  house.netbox.places = PLACES.slice(0, 4)
  const look = await house.accueil('inventory', 'check')
  expect(look.stdout).toContain('note: held back: 8 places are gone from NetBox')
  expect(await house.counts()).toEqual({ places: 12, gateways: 12 })
  const accepted = await house.accueil('inventory', 'accept', '--reason', 'they closed')
  expect(accepted.stdout).toContain('the place 75-1011 is gone from NetBox: its gateways go')
  expect(await house.counts()).toEqual({ places: 12, gateways: 4 })
  const lines = await house.database.sql`
    select action, reason, details from audit.entry where action = 'inventory.accept' order by id`
  expect(lines.map(({ reason }) => reason)).toEqual(['the first time', 'they closed'])
  expect(lines[1]?.['details']).toMatchObject({ changes: 8 })
})

test('what NetBox does wrong ends both with a sentence, and nothing is changed', async () => {
  await using house = await openHouse()
  for (const [trouble, sentence] of [
    ['error', /was answered 502/],
    ['sign-in page', /a sign-in page stands before it/],
    ['half a list', /it changed meanwhile/],
  ] as const) {
    house.netbox.trouble = trouble
    for (const words of [['check'], ['accept', '--reason', 'x']] as const) {
      const said = await house.accueil('inventory', ...words)
      expect([trouble, said.code === 0]).toEqual([trouble, false])
      expect(said.stderr).toMatch(sentence)
    }
  }
  house.netbox.trouble = null
  house.netbox.places = [{ slug: 'not a code' }]
  const wrong = await house.accueil('inventory', 'accept', '--reason', 'x')
  expect(wrong.stderr).toContain('NetBox site 1: code must be 1 to 64 letters')
  expect(wrong.stderr).toContain('nothing was changed')
  expect(await house.counts()).toEqual({ places: 0, gateways: 0 })
})

test('where no inventory is declared, both say so', async () => {
  await using house = await openHouse({ isDeclared: false })
  for (const words of [['check'], ['accept', '--reason', 'x']] as const) {
    const said = await house.accueil('inventory', ...words)
    expect(said.code).not.toBe(0)
    expect(said.stderr).toContain('no inventory is declared: docs/inventory.md shows how')
  }
})
