import { beforeEach, afterEach, describe, expect, test } from 'vitest'
import { parseMac } from '#core/mac.ts'
import type { Mac } from '#core/mac.ts'
import { pairwiseMasterKey } from '#core/wpa-key.ts'
import { openTestDatabase } from '../test/support/database.ts'
import type { TestDatabase } from '../test/support/database.ts'
import { temporaryFolder } from '../test/support/folder.ts'
import { seedHouse, testSeal } from '../test/support/house.ts'
import { logEvents } from '../test/support/journal.ts'
import { session } from '../test/support/log-events.ts'
import { applyDeclaration } from './declaration/apply.ts'
import { formatChange } from './declaration/difference.ts'
import { readDeclaration } from './declaration/read.ts'
import {
  createDeviceKey,
  listDeviceKeys,
  releaseDeviceKey,
  revokeDeviceKey,
} from './device-key-changes.ts'
import type { NewDeviceKey } from './device-key-changes.ts'
import { DEVICE_KEY_LIMITS, bindDevice, crowdedNetwork, loadDeviceKeys } from './device-keys.ts'
import type { DeviceKeys } from './device-keys.ts'

let database: TestDatabase
beforeEach(async () => {
  database = await openTestDatabase()
  await seedHouse(database)
})
afterEach(() => database[Symbol.asyncDispose]())

async function apply(yaml: string, dryRun = false): Promise<readonly string[]> {
  using folder = temporaryFolder({ 'house.yaml': `version: 1\n${yaml}` })
  const read = readDeclaration([folder.file('house.yaml')])
  if (!read.ok) return read.problems.map((problem) => problem.replace(/^.*house\.yaml/, 'house'))
  const options = { dryRun, actor: 'cli:test', now: Date.parse('2026-11-23') }
  try {
    return (await applyDeclaration(database, testSeal, read.declaration, options)).map(formatChange)
  } catch (thrown) {
    return String(thrown)
      .split('\n')
      .map((problem) => problem.replace(/^.*house\.yaml/, 'house'))
  }
}

const TILL =
  '{ name: till-1, owner: Alice, kind: till, groups: [tills], site: "75-0042", ssid: Things, passphrase: correct-horse-battery, until: 2027-06-30 }'
const declared = (...keys: readonly string[]): string => `device_keys: [ ${keys.join(', ')} ]\n`

function mac(text: string): Mac {
  const parsed = parseMac(text)
  if (parsed === null) throw new Error(text)
  return parsed
}

const PRINTER: NewDeviceKey = {
  ...{ name: 'printer-1', owner: 'alice', kind: 'printer', groups: [], ssid: 'Things' },
  ...{ site: null, association: '75', mac: null, devices: 2, until: null },
  passphrase: 'n7kq-v3xd-2hbm-wt9e',
}

const load = (): Promise<DeviceKeys> => loadDeviceKeys(database.as('radius'), testSeal, new Map())

/** Sessions that are open: of the device, and of its owner on another. */
async function openSessions(device: Mac): Promise<void> {
  await database.sql`update house.gateway set coa_port = 3799`
  const at = { kind: 'start', at: new Date(), gateway: 'gw-0042', site: '75-0042' } as const
  await logEvents(database, [
    session('1', { ...at, mac: device, account: 'alice' }),
    session('2', { ...at, mac: mac('020000000009'), account: 'alice' }),
  ])
}

const asked = async (): Promise<readonly { mac: string; asked_by: string }[]> =>
  database.sql`select mac::text as mac, asked_by from house.disconnect order by mac`

describe('a declared key', () => {
  test('is what was declared, with its master key worked out, and stands nowhere in clear', async () => {
    expect(await apply(declared(TILL))).toEqual(['+ device key till-1'])
    const { keys } = await load()
    expect(keys).toEqual([
      {
        ownerHow: null,
        ...{ name: 'till-1', owner: 'alice', kind: 'till', groups: ['tills'], ssid: 'Things' },
        ...{ site: '75-0042', association: null, mac: null, devices: 1 },
        until: Date.parse('2027-07-01'),
        passphrase: 'correct-horse-battery',
        pmk: Buffer.from(await pairwiseMasterKey('correct-horse-battery', 'Things')),
      },
    ])
    const rows = JSON.stringify(await database.sql`select * from staff.device_key`)
    const audit = JSON.stringify(await database.sql`select * from audit.entry`)
    expect(rows + audit).not.toContain('correct-horse')
    expect(rows).not.toContain(Buffer.from(keys[0]?.pmk ?? []).toString('hex'))
    expect(audit).toContain('device key till-1')
  })

  test('twice is once; a change shows without its secret, and a key that is gone is gone', async () => {
    await apply(declared(TILL))
    expect(await apply(declared(TILL))).toEqual([])
    const other = TILL.replace('correct-horse-battery', 'another-passphrase')
    expect(await apply(declared(other), true)).toEqual([
      '~ device key till-1: passphrase changed, pmk changed',
    ])
    expect((await load()).keys[0]?.passphrase).toBe('correct-horse-battery')
    await apply(declared(other))
    expect((await load()).keys[0]?.passphrase).toBe('another-passphrase')
    expect(await apply(declared(other.replace('kind: till', 'kind: scale')))).toEqual([
      '~ device key till-1: kind "till" → "scale"',
    ])
    expect(await apply('organisation: { name: A, contact: b }\n')).not.toContain('- device key')
    expect(await apply('device_keys: []\n')).toEqual(['- device key till-1'])
    expect((await load()).keys).toEqual([])
  })

  test('that is not right is refused, and the line is named', async () => {
    const cases = [
      ['a short passphrase', 'correct-horse-battery', 'too-short', /passphrase has fewer than 12/],
      ['no owner', 'owner: Alice, ', '', /owner is missing/],
      ['an unknown key', 'kind: till', 'kind: till, vlan: 3', /vlan is not a key of this format/],
      ['two scopes', 'ssid:', 'association: "75", ssid:', /for a site or for an association/],
      ['a place that is none', '75-0042', '75-9999', /site "75-9999" is not declared/],
      ['a device that is none', 'ssid:', 'mac: xyz, ssid:', /"xyz" is not a hardware address/],
      [
        'a device and a number',
        'ssid:',
        'mac: 02-00-00-00-00-01, devices: 3, ssid:',
        /not known beforehand/,
      ],
    ] as const
    for (const [what, from, to, problem] of cases) {
      const problems = await apply(declared(TILL.replace(from, to)))
      expect(problems.join('\n'), what).toMatch(problem)
      expect(problems[0]).toContain('house:2: device_keys[0]')
    }
    expect((await load()).keys).toEqual([])
  })

  test('with the passphrase or the device of another on the same network is refused', async () => {
    const second = TILL.replace('till-1', 'till-2')
    expect((await apply(declared(TILL, second)))[0]).toMatch(
      /device_keys\[1\] has the passphrase of "till-1"/,
    )
    expect(await apply(declared(TILL, second.replace('Things', 'Else')))).toHaveLength(2)
    const at = (key: string): string => key.replace('ssid:', 'mac: 02-00-00-00-00-01, ssid:')
    const other = second.replace('correct-horse-battery', 'another-passphrase')
    expect((await apply(declared(at(TILL), at(other))))[0]).toMatch(/has the device of "till-1"/)
    // Passed from one to the other it is no conflict.
    await apply(declared(at(TILL), other))
    expect(await apply(declared(TILL, at(other)))).toHaveLength(2)
  })
})

describe('a key that a command made', () => {
  test('stays when a declaration says nothing of it, and is known without its secret', async () => {
    await createDeviceKey(database, testSeal, PRINTER, 'cli:test')
    await apply(declared(TILL))
    await apply('device_keys: []\n')
    expect((await load()).keys[0]?.passphrase).toBe('n7kq-v3xd-2hbm-wt9e')
    const [listed] = await listDeviceKeys(database, '75-0042')
    expect(listed).toMatchObject({ name: 'printer-1', declared: false, bound: [], devices: 2 })
    expect(JSON.stringify(listed)).not.toContain('n7kq')
    const audit = JSON.stringify(await database.sql`select * from audit.entry`)
    expect(audit).toContain('device-key.create')
    expect(audit).not.toContain('n7kq')
  })

  test('is not declared too, and a declared one is not revoked', async () => {
    await createDeviceKey(database, testSeal, { ...PRINTER, name: 'till-1' }, 'cli:test')
    expect((await apply(declared(TILL)))[0]).toMatch(/device-keys create has made: revoke that/)
    await revokeDeviceKey(database, 'till-1', 'cli:test', 'replaced')
    await apply(declared(TILL))
    await expect(revokeDeviceKey(database, 'till-1', 'cli:test', 'lost')).rejects.toThrow(
      /is declared in a file/,
    )
    await expect(revokeDeviceKey(database, 'none', 'cli:test', 'lost')).rejects.toThrow(
      /no device key/,
    )
    await expect(
      createDeviceKey(database, testSeal, { ...PRINTER, name: 'till-1' }, 'cli:test'),
    ).rejects.toThrow(/already/)
    await expect(
      createDeviceKey(database, testSeal, { ...PRINTER, association: '99' }, 'cli:test'),
    ).rejects.toThrow(/no association "99"/)
  })
})

describe('a device', () => {
  const [one, two, three] = ['020000000001', '020000000002', '020000000003'].map(mac)
  if (one === undefined || two === undefined || three === undefined) throw new Error('no address')

  test('has a key once it used it, as many as may, and may go over to another', async () => {
    await createDeviceKey(database, testSeal, PRINTER, 'cli:test')
    await createDeviceKey(database, testSeal, { ...PRINTER, name: 'b', devices: 1 }, 'cli:test')
    const radius = database.as('radius')
    expect(await bindDevice(radius, PRINTER, one)).toBe(true)
    expect(await bindDevice(radius, PRINTER, one)).toBe(true)
    expect(await Promise.all([two, three].map((it) => bindDevice(radius, PRINTER, it)))).toContain(
      false,
    )
    expect((await load()).bound).toHaveLength(2)
    expect(await bindDevice(radius, { name: 'b', ssid: 'Things' }, one)).toBe(true)
    expect((await load()).bound).toContainEqual({ ssid: 'Things', mac: one, key: 'b' })
    expect(await bindDevice(radius, { name: 'gone', ssid: 'Things' }, one)).toBe(false)

    expect(await releaseDeviceKey(database, 'b', null, 'cli:test')).toBe(1)
    expect((await load()).bound).toHaveLength(1)
  })

  test('loses its key with another passphrase and keeps it otherwise', async () => {
    await apply(declared(TILL))
    await bindDevice(database.as('radius'), { name: 'till-1', ssid: 'Things' }, one)
    await apply(declared(TILL.replace('kind: till', 'kind: scale')))
    expect((await load()).bound).toHaveLength(1)
    await apply(declared(TILL.replace('correct-horse-battery', 'another-passphrase')))
    expect((await load()).bound).toEqual([])
  })

  test('is asked to leave when its key is revoked, and nobody else is', async () => {
    await createDeviceKey(database, testSeal, PRINTER, 'cli:test')
    await bindDevice(database.as('radius'), PRINTER, one)
    await openSessions(one)
    await revokeDeviceKey(database, 'printer-1', 'cli:ana', 'lost')
    expect(await asked()).toEqual([{ mac: one, asked_by: 'cli:ana' }])
    expect((await load()).keys).toEqual([])
  })

  test('is asked to leave when its declaration is changed or gone; a try changes nothing', async () => {
    const at = TILL.replace('ssid:', 'mac: 02-00-00-00-00-01, ssid:')
    await apply(declared(at))
    await openSessions(one)
    await apply('device_keys: []\n', true)
    expect(await asked()).toEqual([])
    await apply(declared(at.replace('kind: till', 'kind: scale')))
    expect(await asked()).toEqual([{ mac: one, asked_by: 'cli:test' }])
    await apply('device_keys: []\n')
    expect(await asked()).toHaveLength(2)
  })

  test('of a key that nobody is known to have is every one of its owner there', async () => {
    await apply(declared(TILL))
    await openSessions(one)
    await apply('device_keys: []\n')
    expect((await asked()).map((it) => it.mac)).toEqual([one, mac('020000000009')])
  })
})

test('too many keys that a device could have at one place are refused, not searched', () => {
  const key = (changes: object) => ({
    name: 'k',
    ssid: 'S',
    site: null,
    association: null,
    mac: null,
    ...changes,
  })
  const half = Array.from({ length: DEVICE_KEY_LIMITS.candidates / 2 }, () => key({ site: 'a' }))
  const other = half.map(() => key({ association: '75' }))
  expect(crowdedNetwork([...half, ...other])).toBeNull()
  expect(crowdedNetwork([...half, ...other, ...half.map(() => key({ site: 'b' }))])).toBeNull()
  expect(crowdedNetwork([...half, ...other, key({ mac: '02:00:00:00:00:01' })])).toBeNull()
  expect(crowdedNetwork([...half, ...other, key({})])).toBe('S')
})
