import type { NetworkKind } from '../sites.ts'
import type {
  DeclaredAssociationFilter,
  DeclaredLevel,
  DeclaredOrganisationFilter,
} from './filters-schema.ts'
import type { Step, StepContext } from './step.ts'
import { byKey, NO_STEP, stepOf } from './step.ts'

const KINDS = ['guest', 'staff'] as const satisfies readonly NetworkKind[]

/** Devices with a filter of their own; each place's complete. */
export async function filterDeviceStep({ kysely, declaration }: StepContext): Promise<Step> {
  if (declaration.sites === undefined) return NO_STEP
  const codes = new Set(declaration.sites.map(({ code }) => code))
  const rows = await kysely.selectFrom('house.filter_device').selectAll().execute()
  const desired = declaration.sites.flatMap(({ code: site, networks }) =>
    KINDS.flatMap((network) =>
      (networks[network]?.devices ?? []).map(({ name, mac = null }) => ({
        ...{ site, network, name, mac },
      })),
    ),
  )
  type Row = (typeof desired)[number]
  const at = (row: Row): string => `${row.site} ${row.network} ${row.name}`
  const remove = (row: Row): Promise<unknown> =>
    kysely
      .deleteFrom('house.filter_device')
      .where('site', '=', row.site)
      .where('network', '=', row.network)
      .where('name', '=', row.name)
      .execute()
  return stepOf(
    {
      what: 'filtered device',
      present: byKey(
        rows.filter(({ site }) => codes.has(site)),
        at,
      ),
      desired: byKey(desired, at),
      complete: true,
    },
    {
      insert: (row) => kysely.insertInto('house.filter_device').values(row).execute(),
      update: (row) =>
        kysely
          .updateTable('house.filter_device')
          .set({ mac: row.mac })
          .where('site', '=', row.site)
          .where('network', '=', row.network)
          .where('name', '=', row.name)
          .execute(),
      remove,
    },
  )
}

interface Scope {
  readonly association: string | null
  readonly site: string | null
  readonly network: NetworkKind | null
  readonly device: string | null
}

const HOUSE: Scope = { association: null, site: null, network: null, device: null }

/** What each level filters; of what is declared at all, complete. */
export async function filterStep(context: StepContext): Promise<Step> {
  const { kysely, declaration } = context
  const { organisation, associations, sites } = declaration
  const desired = [
    ...(organisation?.filter === undefined ? [] : rowsPerNetwork(HOUSE, organisation.filter)),
    ...(associations ?? []).flatMap(({ code: association, filter }) =>
      filter === undefined ? [] : rowsPerNetwork({ ...HOUSE, association }, filter),
    ),
    ...(sites ?? []).flatMap(({ code: site, filter, networks }) => [
      ...(filter === undefined ? [] : rowsOf({ ...HOUSE, site }, filter)),
      ...KINDS.flatMap((network) => [
        ...rowsOf({ ...HOUSE, site, network }, networks[network]?.filter),
        ...(networks[network]?.devices ?? []).flatMap((device) =>
          rowsOf({ ...HOUSE, site, network, device: device.name }, device.filter),
        ),
      ]),
    ]),
  ]
  await tellUnknownSubjects(context, desired)
  type Row = (typeof desired)[number]
  const concerned = {
    associations: new Set(associations?.map(({ code }) => code)),
    sites: new Set(sites?.map(({ code }) => code)),
  }
  const rows = await kysely.selectFrom('house.filter').selectAll().execute()
  const present = rows
    .filter(({ association, site }) => {
      if (site !== null) return concerned.sites.has(site)
      return association === null
        ? organisation !== undefined
        : concerned.associations.has(association)
    })
    .map(({ id: _, ...row }): Row => row)
  const remove = (row: Row): Promise<unknown> =>
    kysely
      .deleteFrom('house.filter')
      .where('association', 'is not distinct from', row.association)
      .where('site', 'is not distinct from', row.site)
      .where('network', 'is not distinct from', row.network)
      .where('device', 'is not distinct from', row.device)
      .where('position', '=', row.position)
      .execute()
  const insert = (row: Row): Promise<unknown> =>
    kysely.insertInto('house.filter').values(row).execute()
  return stepOf(
    {
      what: 'filter',
      present: byKey(present, nameOf),
      desired: byKey(desired, nameOf),
      complete: true,
    },
    {
      ...{ insert, remove, update: (row) => remove(row).then(() => insert(row)) },
      insertAll: (rows) => kysely.insertInto('house.filter').values(rows).execute(),
    },
  )
}

type FilterRow = ReturnType<typeof rowOf>

/** `75-0042 guest, schedule 2` */
function nameOf({ association, site, network, device, position }: FilterRow): string {
  const scope = [site ?? association ?? 'of the organisation', network, device]
  const where = scope.filter((part) => part !== null).join(' ')
  return position === 0 ? where : `${where}, schedule ${position}`
}

function rowsPerNetwork(
  scope: Scope,
  filter: DeclaredAssociationFilter & Partial<DeclaredOrganisationFilter>,
): FilterRow[] {
  const { imposed = [], internal = [], forward = {}, always = [] } = filter
  const own = { imposed, internal, forward, always }
  return [
    ...rowsOf(scope, filter, own),
    ...KINDS.flatMap((network) => rowsOf({ ...scope, network }, filter[network])),
  ]
}

type OfHouse = Pick<DeclaredOrganisationFilter, 'imposed' | 'internal' | 'forward' | 'always'>
const NOTHING_OF_HOUSE: OfHouse = { imposed: [], internal: [], forward: {}, always: [] }

function rowsOf(
  scope: Scope,
  level: DeclaredLevel | undefined,
  own: OfHouse = NOTHING_OF_HOUSE,
): FilterRow[] {
  if (level === undefined) return []
  const { schedules, ...always } = level
  return [
    rowOf(scope, 0, { hours: [], ...always }, own),
    ...schedules.map((one, i) => rowOf(scope, i + 1, one, NOTHING_OF_HOUSE)),
  ]
}

function rowOf(
  { association, site, network, device }: Scope,
  position: number,
  said: Omit<DeclaredLevel, 'schedules'> & { readonly hours: readonly string[] },
  own: OfHouse,
) {
  return {
    ...{ association, site, network, device, position },
    hours: [...said.hours],
    ...{ block: said.block, allow: said.allow, trust: said.trust },
    ...{ imposed: own.imposed, internal: own.internal, always: own.always },
    forward: Object.entries(own.forward).flatMap(([zone, servers]) =>
      servers.map((server) => `${zone}=${server}`),
    ),
    answer: said.answer ?? null,
    answers: Object.entries(said.answers).map(([category, answer]) => `${category}=${answer}`),
    page: said.page,
    safe_search: said.safe_search ?? null,
    bypass: said.bypass ?? null,
    asked: said.asked,
    addresses: said.addresses,
    private_names: said.private_names,
  }
}

/** A category that no list has would filter nothing, and nobody would notice. */
async function tellUnknownSubjects(
  { kysely, declaration, problems }: StepContext,
  rows: readonly FilterRow[],
): Promise<void> {
  if (rows.length === 0) return
  const present = await kysely
    .selectFrom('house.list')
    .select(['name', 'category', 'made_by'])
    .execute()
  // What a command added stays beside the declared ones.
  const lists = [
    ...(declaration.lists ?? []),
    ...present.filter((list) => declaration.lists === undefined || list.made_by === 'command'),
  ]
  const known = new Set(lists.flatMap(({ name, category }) => [category, `list:${name}`]))
  for (const row of rows) {
    for (const subject of [...row.block, ...row.allow, ...row.trust, ...row.imposed]) {
      if (subject.startsWith('service:') || known.has(subject)) continue
      problems.push(
        `the filter ${nameOf(row)} names "${subject}", but no list ${subject.startsWith('list:') ? 'has this name' : 'has this category'}`,
      )
    }
  }
}
