import { z } from 'zod'
import { KIND_NAMES } from '../gateway-kinds.ts'
import { stretch } from '../progress.ts'
import type { Progress } from '../progress.ts'
import { readAll } from './netbox-client.ts'
import type { NetBoxAccess } from './netbox-client.ts'
import type { SiteColumn } from './site-columns.ts'
import type { SiteLine } from './site-table.ts'

/** What stands for what in this NetBox. */
export interface NetBoxMapping {
  readonly tag: string | null
  readonly codeFrom: 'slug' | 'facility' | 'name'
  /** Slugs of the roles of devices and of prefixes. */
  readonly gatewayRole: string
  readonly guestRole: string
  readonly staffRole: string
}

const named = z.object({ name: z.string(), slug: z.string() })
const slugged = z.object({ slug: z.string() })

const siteRow = z.object({
  id: z.number(),
  name: z.string(),
  slug: z.string(),
  facility: z.string().default(''),
  status: z.object({ value: z.string() }),
  tenant: named.nullable(),
  time_zone: z.string().nullable().default(null),
  physical_address: z.string().default(''),
})

const prefixRow = z.object({
  prefix: z.string(),
  role: slugged.nullable(),
  vlan: z.object({ vid: z.number() }).nullable(),
  // Until NetBox 4.1, and since.
  site: z.object({ id: z.number() }).nullable().optional(),
  scope_type: z.string().nullable().optional(),
  scope_id: z.number().nullable().optional(),
})

const deviceRow = z.object({
  name: z.string().nullable(),
  site: z.object({ id: z.number() }),
  // `device_role` until NetBox 3.5.
  role: slugged.optional(),
  device_role: slugged.optional(),
  platform: slugged.nullable().default(null),
  primary_ip: z.object({ address: z.string() }).nullable().default(null),
})

type SiteRow = z.output<typeof siteRow>
type PrefixRow = z.output<typeof prefixRow>
type DeviceRow = z.output<typeof deviceRow>

const LISTS = 4

/** A place that ended is not in use, whatever else is said of it. */
const ENDED: ReadonlySet<string> = new Set(['retired', 'decommissioning'])

/** What NetBox says of places that are in use, a line for each gateway. */
export async function readNetBox(
  access: NetBoxAccess,
  mapping: NetBoxMapping,
  progress: Progress,
): Promise<readonly SiteLine[]> {
  const { tag, gatewayRole, guestRole, staffRole } = mapping
  const list = (n: number): Progress => stretch(progress, n / LISTS, (n + 1) / LISTS)
  // One after the other: it is somebody's database too.
  const sites = await readAll(access, 'dcim/sites', tag === null ? {} : { tag }, siteRow, list(0))
  const guests = await readAll(access, 'ipam/prefixes', { role: guestRole }, prefixRow, list(1))
  const staff =
    staffRole === guestRole
      ? []
      : await readAll(access, 'ipam/prefixes', { role: staffRole }, prefixRow, list(2))
  const devices = await readAll(access, 'dcim/devices', { role: gatewayRole }, deviceRow, list(3))
  const guestsOf = Map.groupBy(guests, siteOf)
  const staffOf = Map.groupBy(staff, siteOf)
  const devicesOf = Map.groupBy(devices, ({ site }) => site.id)
  return sites
    .filter(({ status }) => !ENDED.has(status.value))
    .flatMap((site) => {
      const own = (devicesOf.get(site.id) ?? []).filter(({ name }) => name !== null)
      const said = { guests: guestsOf.get(site.id) ?? [], staff: staffOf.get(site.id) ?? [] }
      return (own.length === 0 ? [undefined] : own).map((device) =>
        lineOf(site, said, device, mapping),
      )
    })
}

function siteOf({ site, scope_type: type, scope_id: id }: PrefixRow): number | null {
  return site?.id ?? (type === 'dcim.site' ? (id ?? null) : null)
}

function lineOf(
  site: SiteRow,
  {
    guests,
    staff,
  }: { readonly guests: readonly PrefixRow[]; readonly staff: readonly PrefixRow[] },
  device: DeviceRow | undefined,
  { codeFrom }: NetBoxMapping,
): SiteLine {
  const prefixes = (rows: readonly PrefixRow[]): string =>
    rows.map(({ prefix }) => prefix).join(' ')
  const vlan = (rows: readonly PrefixRow[]): string =>
    String(rows.find((row) => row.vlan !== null)?.vlan?.vid ?? '')
  const platform = device?.platform?.slug
  const cells: Partial<Record<SiteColumn, string>> = {
    code: site[codeFrom],
    name: site.name,
    association: site.tenant?.slug ?? '',
    associationName: site.tenant?.name ?? '',
    timezone: site.time_zone ?? '',
    // Of several lines, where a declaration has one.
    postalAddress: site.physical_address.trim().replaceAll(/[\s,]*[\r\n]+\s*/g, ', '),
    ...{ guestSubnets: prefixes(guests), guestVlan: vlan(guests) },
    ...{ staffSubnets: prefixes(staff), staffVlan: vlan(staff) },
    gateway: device?.name ?? '',
    // An address of an interface, with the length of its network.
    address: device?.primary_ip?.address.replace(/\/.*$/, '') ?? '',
    kind: KIND_NAMES.find((kind) => kind === platform) ?? '',
  }
  return {
    origin: `NetBox site ${site.id}`,
    say(column) {
      const cell = cells[column]?.trim() ?? ''
      return cell === '' ? null : cell
    },
  }
}
