import { z } from 'zod'
import { GATEWAY_KINDS, KIND_NAMES } from '../gateway-kinds.ts'
import type { GatewayKind, GatewaySettings, KindKey } from '../gateway-kinds.ts'
import { openSecret } from '../gateways.ts'
import { settingsContext } from '../gateway-settings.ts'
import { NO_STEP, byKey, stepOf } from './step.ts'
import type { Step, StepContext } from './step.ts'

export const kindSchema = z.string().transform((text, context): GatewayKind => {
  const known = KIND_NAMES.find((kind) => kind === text)
  if (known !== undefined) return known
  context.addIssue(`"${text}" is not a kind of gateway; there are ${KIND_NAMES.join(', ')}`)
  return z.NEVER
})

/** For the schema of a gateway: what these hold is judged by its kind. */
export const kindKeys = {
  uam: z.unknown().optional(),
  controller: z.unknown().optional(),
  login: z.unknown().optional(),
  captive: z.unknown().optional(),
} satisfies Record<KindKey, unknown>

type WithKindKeys = { readonly kind: GatewayKind } & Readonly<Partial<Record<KindKey, unknown>>>

/** The keys of the kind, checked by it, as `settings`. */
export function withSettings<T extends WithKindKeys>(
  { uam, controller, login, captive, ...gateway }: T,
  context: z.RefinementCtx,
): Omit<T, KindKey> & { readonly settings: GatewaySettings } {
  const own = Object.fromEntries(
    Object.entries({ uam, controller, login, captive }).filter(([, value]) => value !== undefined),
  )
  const parsed = (GATEWAY_KINDS[gateway.kind] as z.ZodType<GatewaySettings>).safeParse(own)
  if (parsed.success) return { ...gateway, settings: parsed.data }
  for (const issue of parsed.error.issues) {
    if (issue.code === 'unrecognized_keys' && issue.path.length === 0) {
      for (const key of issue.keys) {
        const message = `is not a key of a gateway of kind ${gateway.kind}`
        context.addIssue({ code: 'custom', path: [key], message })
      }
    } else context.issues.push({ ...issue, input: own } as z.core.$ZodRawIssue)
  }
  return z.NEVER
}

interface SettingsRow {
  readonly [column: string]: string | boolean | null
  readonly gateway: string
  /** JSON, in the database sealed. */
  readonly settings: string
  readonly captive: string | null
  readonly revokes: boolean
}

/** What the kinds of the declared gateways are told. */
export async function gatewaySettingsStep({
  kysely,
  declaration,
  seal,
}: StepContext): Promise<Step> {
  if (declaration.sites === undefined) return NO_STEP
  const gateways = declaration.sites.flatMap((site) => site.gateways)
  const codes = new Set(declaration.sites.map(({ code }) => code))
  const rows = await kysely
    .selectFrom('house.gateway_settings as s')
    .innerJoin('house.gateway as g', 'g.name', 's.gateway')
    .selectAll('s')
    .select('g.site')
    .execute()
  const names = new Set(gateways.map(({ name }) => name))
  const present = rows
    .filter((row) => names.has(row.gateway) || codes.has(row.site))
    .map(({ site: _, ...row }): SettingsRow => {
      const settings = openSecret(seal, row.settings, settingsContext(row.gateway))
      return { ...row, settings }
    })
  const desired = gateways.flatMap(({ name, settings }) =>
    Object.keys(settings).length === 0 ? [] : [rowOf(name, settings)],
  )
  const sealed = (row: SettingsRow): SettingsRow => ({
    ...row,
    settings: seal.seal(row.settings, settingsContext(row.gateway)),
  })
  return stepOf(
    {
      what: 'settings of gateway',
      present: byKey(present, ({ gateway }) => gateway),
      desired: byKey(desired, ({ gateway }) => gateway),
      complete: true,
      hidden: ['settings'],
    },
    {
      insert: (row) => kysely.insertInto('house.gateway_settings').values(sealed(row)).execute(),
      insertAll: (rows) =>
        kysely.insertInto('house.gateway_settings').values(rows.map(sealed)).execute(),
      update: (row) =>
        kysely
          .updateTable('house.gateway_settings')
          .set(sealed(row))
          .where('gateway', '=', row.gateway)
          .execute(),
      remove: ({ gateway }) =>
        kysely.deleteFrom('house.gateway_settings').where('gateway', '=', gateway).execute(),
    },
  )
}

function rowOf(gateway: string, settings: GatewaySettings): SettingsRow {
  const { captive, controller } = settings
  return {
    gateway,
    settings: JSON.stringify(settings),
    captive: captive?.acl ?? captive?.role ?? null,
    revokes: controller !== undefined,
  }
}
