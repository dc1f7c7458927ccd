import { captiveColumns } from './captive-network.ts'
import { isDeclared } from './managed.ts'
import type { StepContext, Step } from './step.ts'
import { NO_STEP, byKey, stepOf } from './step.ts'

type Kind = 'guest' | 'staff'

/** Associations are added and renamed; one that is no longer declared stays. */
export async function associationStep({ kysely, declaration }: StepContext): Promise<Step> {
  if (declaration.associations === undefined) return NO_STEP
  const present = await kysely.selectFrom('house.association').selectAll().execute()
  const desired = declaration.associations.map(({ code, name }) => ({ code, name }))
  return stepOf(
    {
      what: 'association',
      present: byKey(present, ({ code }) => code),
      desired: byKey(desired, ({ code }) => code),
      complete: false,
    },
    {
      insert: (row) => kysely.insertInto('house.association').values(row).execute(),
      update: (row) =>
        kysely.updateTable('house.association').set(row).where('code', '=', row.code).execute(),
      remove: () => Promise.resolve(),
    },
  )
}

/** Places are added and changed; only a provisional one ends by not being declared. */
export async function siteStep(context: StepContext): Promise<Step> {
  const { kysely, declaration, provisional, problems } = context
  if (declaration.sites === undefined) return NO_STEP
  const known = new Set([
    ...(await kysely.selectFrom('house.association').select('code').execute()).map((a) => a.code),
    ...(declaration.associations ?? []).map(({ code }) => code),
  ])
  for (const site of declaration.sites) {
    if (known.has(site.association)) continue
    problems.push(
      `${declaration.origins.get(site)}.association "${site.association}" is not an association that is declared`,
    )
  }
  const present = await kysely.selectFrom('house.site').selectAll().execute()
  const declared = declaration.sites.map((site) => ({
    ...{ code: site.code, name: site.name, association: site.association },
    ...{ timezone: site.timezone, postal_address: site.address ?? null },
    ...{ provisional, declared: isDeclared(site) },
  }))
  const declaredCodes = new Set(declared.map(({ code }) => code))
  const concerned = present.filter(
    (site) => declaredCodes.has(site.code) || (site.provisional && !provisional),
  )
  return stepOf(
    {
      what: 'site',
      present: byKey(concerned, ({ code }) => code),
      desired: byKey(declared, ({ code }) => code),
      complete: true,
    },
    {
      insert: (row) => kysely.insertInto('house.site').values(row).execute(),
      insertAll: (rows) => kysely.insertInto('house.site').values(rows).execute(),
      update: (row) =>
        kysely.updateTable('house.site').set(row).where('code', '=', row.code).execute(),
      remove: ({ code }) => kysely.deleteFrom('house.site').where('code', '=', code).execute(),
    },
  )
}

/** The networks of the declared places, each place's complete. */
export async function networkStep({ kysely, declaration }: StepContext): Promise<Step> {
  if (declaration.sites === undefined) return NO_STEP
  const codes = new Set(declaration.sites.map(({ code }) => code))
  const rows = await kysely
    .selectFrom('house.network')
    .select((eb) => [
      'site',
      'kind',
      'vlan',
      'grant_seconds',
      eb.ref('subnets').$castTo<string[]>().as('subnets'),
      eb.fn<string | null>('host', ['nat_address']).as('nat_address'),
      'nat_first_port',
      'nat_last_port',
      'nat_ports_each',
      'ssid',
      ...(['captive_ssid', 'captive_gateways', 'captive_vlan'] as const),
      ...(['captive_grant_seconds', 'captive_random_mac_seconds'] as const),
    ])
    .execute()
  const present = rows.filter(({ site }) => codes.has(site))
  const desired = declaration.sites.flatMap(({ code, networks }) =>
    (['guest', 'staff'] as const satisfies readonly Kind[]).flatMap((kind) => {
      const network = networks[kind]
      if (network === undefined) return []
      const { vlan = null, grant, subnets, nat, ssid = null } = network
      const translated = {
        nat_address: nat?.address ?? null,
        nat_first_port: nat?.firstPort ?? null,
        nat_last_port: nat?.lastPort ?? null,
        nat_ports_each: nat?.portsEach ?? null,
      }
      return [
        {
          ...{ site: code, kind, vlan, grant_seconds: grant, subnets, ssid, ...translated },
          ...captiveColumns(network.captive),
        },
      ]
    }),
  )
  const at = (row: { site: string; kind: Kind }): string => `${row.site} ${row.kind}`
  return stepOf(
    { what: 'network', present: byKey(present, at), desired: byKey(desired, at), complete: true },
    {
      insert: (row) => kysely.insertInto('house.network').values(row).execute(),
      insertAll: (rows) => kysely.insertInto('house.network').values(rows).execute(),
      update: (row) =>
        kysely
          .updateTable('house.network')
          .set(row)
          .where('site', '=', row.site)
          .where('kind', '=', row.kind)
          .execute(),
      remove: (row) =>
        kysely
          .deleteFrom('house.network')
          .where('site', '=', row.site)
          .where('kind', '=', row.kind)
          .execute(),
    },
  )
}
