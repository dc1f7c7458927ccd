import { parseArgs } from 'node:util'
import { parseMac } from '#core/mac.ts'
import type { Mac } from '#core/mac.ts'
import { generatePassphrase, ssidProblem } from '#core/wpa-key.ts'
import {
  createDeviceKey,
  listDeviceKeys,
  releaseDeviceKey,
  revokeDeviceKey,
} from '#db/device-key-changes.ts'
import type { DeviceKeySummary, NewDeviceKey } from '#db/device-key-changes.ts'
import { DEVICE_KEY_LIMITS } from '#db/device-keys.ts'
import { cliActor } from './apply.ts'
import { requireReason } from './criteria.ts'
import { requireMigrated, requireOwner, withHouse } from './house.ts'
import type { House } from './house.ts'
import { UsageError } from './run.ts'

const text = { type: 'string' } as const

export async function runDeviceKeys(args: readonly string[]): Promise<number> {
  const [verb, ...rest] = args
  const verbs: Readonly<Record<string, (args: string[]) => Promise<number>>> = {
    create,
    list,
    revoke,
    release,
  }
  const run = verbs[verb ?? '']
  if (run === undefined) throw new UsageError('say create, list, revoke or release')
  return run(rest)
}

async function create(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      ...{ owner: text, kind: text, ssid: text, site: text, association: text, mac: text },
      ...{ devices: text, until: text, group: { type: 'string', multiple: true } },
    },
  })
  const key = readKey(oneName(positionals), values)
  await withOwnHouse('device-keys create', ({ database, seal }) =>
    createDeviceKey(database, seal, key, cliActor()),
  )
  // The only time: nothing shows it again.
  console.log(`The device key ${key.name} for the network ${key.ssid}, shown this once:`)
  console.log(`\n  ${key.passphrase}\n`)
  return 0
}

interface Words {
  readonly owner?: string | undefined
  readonly kind?: string | undefined
  readonly ssid?: string | undefined
  readonly site?: string | undefined
  readonly association?: string | undefined
  readonly mac?: string | undefined
  readonly devices?: string | undefined
  readonly until?: string | undefined
  readonly group?: readonly string[] | undefined
}

function readKey(name: string, words: Words): NewDeviceKey {
  if (words.site !== undefined && words.association !== undefined) {
    throw new UsageError('a key is for a site or for an association, not for both')
  }
  const ssid = required('ssid', words.ssid)
  const problem = ssidProblem(ssid)
  if (problem !== null) throw new UsageError(`--ssid ${problem}`)
  const mac = readMac(words.mac)
  if (mac !== null && words.devices !== undefined) {
    throw new UsageError(
      '--devices is for devices that are not known beforehand; with --mac it is one',
    )
  }
  const devices = words.devices ?? '1'
  if (!/^[1-9]\d{0,3}$/.test(devices) || Number(devices) > DEVICE_KEY_LIMITS.devices) {
    throw new UsageError(
      `--devices "${devices}" is not a number from 1 to ${DEVICE_KEY_LIMITS.devices}`,
    )
  }
  return {
    name,
    owner: required('owner', words.owner).toLowerCase(),
    kind: code('kind', required('kind', words.kind).toLowerCase()),
    groups: words.group ?? [],
    site: words.site ?? null,
    association: words.association ?? null,
    ssid,
    mac,
    devices: Number(devices),
    until: readDate(words.until),
    passphrase: generatePassphrase(),
  }
}

async function list(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { site: text } })
  const keys = await withOwnHouse('device-keys list', ({ database }) =>
    listDeviceKeys(database, values.site ?? null),
  )
  for (const key of keys) console.log(lineOf(key))
  if (keys.length === 0) console.log('There is no device key.')
  return 0
}

function lineOf(key: DeviceKeySummary): string {
  const where = key.site ?? (key.association === null ? 'everywhere' : `of ${key.association}`)
  const until = key.until === null ? '' : `  until ${key.until}`
  const devices =
    key.mac === null
      ? `${key.bound.length} of ${key.devices}${key.bound.map((mac) => ` ${mac}`).join('')}`
      : key.mac
  const from = key.declared ? 'declared' : 'created'
  return `${key.name}  ${key.kind}  ${key.owner}  ${where}  "${key.ssid}"  ${devices}${until}  ${from}`
}

async function revoke(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { reason: text },
  })
  const name = oneName(positionals)
  const reason = requireReason(values.reason)
  await withOwnHouse('device-keys revoke', ({ database }) =>
    revokeDeviceKey(database, name, cliActor(), reason),
  )
  console.log(`The device key ${name} opens nothing any more; its sessions are being ended.`)
  return 0
}

async function release(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { mac: text },
  })
  const name = oneName(positionals)
  const mac = readMac(values.mac)
  const count = await withOwnHouse('device-keys release', ({ database }) =>
    releaseDeviceKey(database, name, mac, cliActor()),
  )
  const what = count === 1 ? '1 device' : `${count} devices`
  console.log(`${what} let go of the key ${name}: the next that uses it has it.`)
  return 0
}

function withOwnHouse<T>(name: string, use: (house: House) => Promise<T>): Promise<T> {
  return withHouse(name, async (house) => {
    await requireMigrated(house.database)
    await requireOwner(house.database)
    return use(house)
  })
}

function oneName(positionals: readonly string[]): string {
  const [name, ...others] = positionals
  if (name === undefined || others.length > 0) throw new UsageError('give one name')
  return code('name', name)
}

function code(what: string, written: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(written)) return written
  throw new UsageError(`the ${what} "${written}" is not 1 to 64 letters, digits, dots, dashes`)
}

function required(what: string, written: string | undefined): string {
  const given = written?.trim() ?? ''
  if (given !== '') return given
  throw new UsageError(`--${what} is missing`)
}

function readMac(written: string | undefined): Mac | null {
  if (written === undefined) return null
  const mac = parseMac(written)
  if (mac !== null) return mac
  throw new UsageError(`--mac "${written}" is not a hardware address such as 00:11:22:33:44:55`)
}

function readDate(written: string | undefined): string | null {
  if (written === undefined) return null
  const at = new Date(`${written}T00:00:00Z`)
  const isDate = !Number.isNaN(at.getTime()) && at.toISOString().startsWith(`${written}T`)
  if (isDate) return written
  throw new UsageError(`--until "${written}" is not a date such as 2027-06-30`)
}
