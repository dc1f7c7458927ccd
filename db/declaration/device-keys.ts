import { z } from 'zod'
import { parseMac } from '#core/mac.ts'
import { passphraseProblem, ssidProblem } from '#core/wpa-key.ts'
import { DEVICE_KEY_LIMITS, crowdedNetwork, deviceKeyContext } from '../device-keys.ts'
import { endSessionsOfKey, sealedSecrets } from '../device-key-changes.ts'
import { deviceKind } from './device-cas.ts'
import { isDeclared, managedSchema } from './managed.ts'
import { NO_STEP, byKey, stepOf } from './step.ts'
import type { Step, StepContext } from './step.ts'

const code = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'must be 1 to 64 letters, digits, dots, dashes')
const text = z.string().trim().min(1, 'is empty').max(200, 'is longer than 200 characters')

function checked(problem: (value: string) => string | null) {
  return z.string().superRefine((value, context) => {
    const message = problem(value)
    if (message !== null) context.addIssue({ code: 'custom', message })
  })
}

const mac = z.string().transform((written, context) => {
  const parsed = parseMac(written)
  if (parsed !== null) return parsed
  context.addIssue(`"${written}" is not a hardware address such as 00:11:22:33:44:55`)
  return z.NEVER
})

/** `device_keys: [ { name: till-1, owner: alice, kind: till, ssid: Things, passphrase: …, site: "75-0042" } ]` */
export const deviceKeySchema = z
  .strictObject({
    name: code,
    owner: text.transform((name) => name.toLowerCase()),
    kind: deviceKind,
    groups: z.array(text).default([]),
    site: code.optional(),
    association: code.optional(),
    ssid: checked(ssidProblem),
    passphrase: checked(passphraseProblem),
    mac: mac.optional(),
    devices: z.int().min(1).max(DEVICE_KEY_LIMITS.devices).default(1),
    until: z.iso.date('is not a date such as 2026-01-01').optional(),
    managed: managedSchema,
  })
  .refine((value) => value.site === undefined || value.association === undefined, {
    path: ['site'],
    error: 'a key is for a site or for an association, not for both',
  })
  .refine((value) => value.mac === undefined || value.devices === 1, {
    path: ['devices'],
    error: 'is the number of devices that are not known beforehand: with mac there is one',
  })

export type DeclaredDeviceKey = z.output<typeof deviceKeySchema>

/** Those that a command made stay beside the declared ones, each under a name of its own. */
export async function deviceKeyStep(context: StepContext): Promise<Step> {
  const { kysely, declaration, problems, actor } = context
  if (declaration.deviceKeys === undefined) return NO_STEP
  const rows = await kysely
    .selectFrom('staff.device_key')
    .selectAll()
    .select((eb) => [
      eb.cast<string | null>('mac', 'text').as('mac'),
      eb.cast<string | null>('until', 'text').as('until'),
    ])
    .execute()
  const present = rows.map(({ made_at: _, ...row }) => row)
  const known = byKey(present, ({ name }) => name)
  const desired = await Promise.all(
    declaration.deviceKeys.map((key) => rowOf(key, known.get(key.name), context)),
  )
  for (const key of declaration.deviceKeys) {
    if (known.get(key.name)?.declared === false) {
      problems.push(
        `${declaration.origins.get(key)} declares the device key "${key.name}", which device-keys create has made: revoke that first, or choose another name`,
      )
    }
  }
  const made = present.filter(({ declared }) => !declared)
  await tellUnknownPlaces(context)
  tellConflicts([...made, ...desired], context)
  return stepOf(
    {
      what: 'device key',
      present: byKey(
        present.filter(({ declared }) => declared),
        ({ name }) => name,
      ),
      desired: byKey(desired, ({ name }) => name),
      complete: true,
      hidden: ['passphrase', 'pmk'],
    },
    {
      insert: (row) => kysely.insertInto('staff.device_key').values(row).execute(),
      async update(row) {
        await endSessionsOfKey(kysely, row.name, actor, 'device key changed')
        const before = known.get(row.name)
        // With another passphrase or on another network whoever has it shows it anew.
        if (before?.passphrase !== row.passphrase || before.mac !== row.mac) {
          await kysely
            .deleteFrom('staff.device_key_mac')
            .where('device_key', '=', row.name)
            .execute()
        }
        await kysely.updateTable('staff.device_key').set(row).where('name', '=', row.name).execute()
      },
      async remove({ name }) {
        await endSessionsOfKey(kysely, name, actor, 'device key removed')
        await kysely.deleteFrom('staff.device_key').where('name', '=', name).execute()
      },
    },
  )
}

interface KeyRow {
  readonly [column: string]: string | number | boolean | null | string[]
  readonly name: string
  readonly owner: string
  readonly kind: string
  readonly groups: string[]
  readonly site: string | null
  readonly association: string | null
  readonly ssid: string
  readonly mac: string | null
  readonly devices: number
  readonly until: string | null
  readonly passphrase: string
  readonly pmk: string
  readonly declared: boolean
}

/** What still holds the same secret stays sealed as it is: sealed again it would be another text. */
async function rowOf(
  key: DeclaredDeviceKey,
  before: { readonly ssid: string; readonly passphrase: string; readonly pmk: string } | undefined,
  { seal }: StepContext,
): Promise<KeyRow> {
  const { name, owner, kind, groups, ssid, devices } = key
  const opened = before && seal.open(before.passphrase, deviceKeyContext.passphrase(name))
  const isSame =
    before?.ssid === ssid && opened && Buffer.from(opened).toString('utf8') === key.passphrase
  const secrets = isSame
    ? { passphrase: before.passphrase, pmk: before.pmk }
    : await sealedSecrets(key, seal)
  return {
    ...{ name, owner, kind, groups, ssid, devices, ...secrets },
    site: key.site ?? null,
    association: key.association ?? null,
    mac: key.mac ?? null,
    until: key.until ?? null,
    declared: isDeclared(key),
  }
}

async function tellUnknownPlaces({ kysely, declaration, problems }: StepContext): Promise<void> {
  const sites = await kysely.selectFrom('house.site').select('code').execute()
  const associations = await kysely.selectFrom('house.association').select('code').execute()
  const known = {
    site: new Set([...sites, ...(declaration.sites ?? [])].map(({ code }) => code)),
    association: new Set(
      [...associations, ...(declaration.associations ?? [])].map(({ code }) => code),
    ),
  }
  for (const key of declaration.deviceKeys ?? []) {
    for (const scope of ['site', 'association'] as const) {
      const code = key[scope]
      if (code === undefined || known[scope].has(code)) continue
      problems.push(`${declaration.origins.get(key)}.${scope} "${code}" is not declared`)
    }
  }
}

/** On one network a passphrase says who somebody is, and each network is tried with a bounded number. */
function tellConflicts(
  rows: readonly KeyRow[],
  { declaration, seal, problems }: StepContext,
): void {
  const origins = new Map(
    declaration.deviceKeys?.map((key) => [key.name, declaration.origins.get(key)]),
  )
  const passphrases = new Map<string, string>()
  const devices = new Map<string, string>()
  for (const { name, ssid, mac, passphrase } of rows) {
    const where = origins.get(name) ?? `the device key "${name}"`
    const opened = seal.open(passphrase, deviceKeyContext.passphrase(name))
    if (opened === null) continue
    const secret = `${ssid}\0${Buffer.from(opened).toString('utf8')}`
    const same = passphrases.get(secret)
    if (same !== undefined) {
      problems.push(`${where} has the passphrase of "${same}" on the same network: give it another`)
    }
    passphrases.set(secret, name)
    const device = mac === null ? undefined : devices.get(`${ssid}\0${mac}`)
    if (device !== undefined) problems.push(`${where} has the device of "${device}", ${mac}`)
    if (mac !== null) devices.set(`${ssid}\0${mac}`, name)
  }
  const crowded = crowdedNetwork(rows)
  if (crowded !== null) {
    problems.push(
      `the network "${crowded}" has more than ${DEVICE_KEY_LIMITS.candidates} device keys at one place without a mac: declare where each is valid, or its device`,
    )
  }
}
