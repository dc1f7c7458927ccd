import { z } from 'zod'
import { openSecret } from '../gateways.ts'
import { INVENTORY_TOKEN, INVENTORY_WEBHOOK } from '../inventory/settings.ts'
import { NO_STEP, byKey, stepOf } from './step.ts'
import type { Step, StepContext } from './step.ts'

const DEFAULT_MOST_MISSING = 10

const slug = z.string().regex(/^[\w-]{1,100}$/, 'is not a slug such as gateway')

const url = z.string().transform((text, context) => {
  const parsed = URL.canParse(text) ? new URL(text) : null
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(parsed?.hostname ?? '')
  const isSafe = parsed?.protocol === 'https:' || (parsed?.protocol === 'http:' && isLocal)
  const isBare = parsed?.search === '' && parsed.hash === '' && parsed.username === ''
  if (parsed !== null && isSafe && isBare)
    return parsed.href.replace(/\/+$/, '').replace(/\/api$/, '')
  context.addIssue(
    `"${text}" is not an address such as https://netbox.example: the token goes there`,
  )
  return z.NEVER
})

const percent = z.string().transform((text, context) => {
  const value = Number(/^(\d{1,3})%$/.exec(text)?.[1] ?? Number.NaN)
  if (value <= 100) return value
  context.addIssue(`"${text}" is not a share such as 10%`)
  return z.NEVER
})

/** `inventory: { netbox: { url: https://netbox.example, token: … } }`; `{}` for none. */
export const inventorySchema = z.strictObject({
  netbox: z
    .strictObject({
      url,
      token: z.string().min(8, 'has fewer than 8 characters').max(256),
      webhook_secret: z.string().min(16, 'has fewer than 16 characters').max(256).optional(),
      ca: z.string().min(1, 'is empty').optional(),
      tag: slug.optional(),
      code: z.enum(['slug', 'facility', 'name'], 'must be slug, facility or name').default('slug'),
      roles: z
        .strictObject({
          gateway: slug.default('gateway'),
          guest: slug.default('guest'),
          staff: slug.default('staff'),
        })
        .prefault({}),
      most_missing: percent.default(DEFAULT_MOST_MISSING),
    })
    .optional(),
})

type FileInventory = z.output<typeof inventorySchema>
/** `ca` holds the PEM itself. */
export interface DeclaredInventory {
  readonly netbox: NonNullable<FileInventory['netbox']> | undefined
}

/** From where places come; with none declared, those that came from there stay. */
export async function inventoryStep({ kysely, declaration, seal }: StepContext): Promise<Step> {
  if (declaration.inventory === undefined) return NO_STEP
  const { netbox } = declaration.inventory
  const rows = await kysely.selectFrom('house.inventory').selectAll().execute()
  const present = rows.map(({ id: _, ...row }) => ({
    ...row,
    token: openSecret(seal, row.token, INVENTORY_TOKEN),
    webhook_secret: row.webhook_secret && openSecret(seal, row.webhook_secret, INVENTORY_WEBHOOK),
  }))
  type Row = (typeof present)[number]
  const desired: readonly Row[] =
    netbox === undefined
      ? []
      : [
          {
            ...{ url: netbox.url, token: netbox.token, tag: netbox.tag ?? null },
            webhook_secret: netbox.webhook_secret ?? null,
            ...{ ca_pem: netbox.ca ?? null, code_from: netbox.code },
            ...{ gateway_role: netbox.roles.gateway, guest_role: netbox.roles.guest },
            ...{ staff_role: netbox.roles.staff, most_missing: netbox.most_missing },
          },
        ]
  const sealed = (row: Row): Row => ({
    ...row,
    token: seal.seal(row.token, INVENTORY_TOKEN),
    webhook_secret: row.webhook_secret && seal.seal(row.webhook_secret, INVENTORY_WEBHOOK),
  })
  return stepOf(
    {
      what: 'inventory',
      present: byKey(present, () => 'netbox'),
      desired: byKey(desired, () => 'netbox'),
      complete: true,
      hidden: ['token', 'webhook_secret', 'ca_pem'],
    },
    {
      insert: (row) => kysely.insertInto('house.inventory').values(sealed(row)).execute(),
      update: (row) => kysely.updateTable('house.inventory').set(sealed(row)).execute(),
      remove: () => kysely.deleteFrom('house.inventory').execute(),
    },
  )
}
