import { z } from 'zod'
import { formatPrefix, parseAddress, parsePrefix } from '#core/ip.ts'
import {
  USUAL_GRANT_SECONDS,
  changeNetwork,
  createNetwork,
  findNetwork,
  networksOf,
  removeNetwork,
} from '#db/admin/networks.ts'
import type { AdminNetwork } from '#db/admin/networks.ts'
import { findSite } from '#db/admin/sites.ts'
import { changesRoute, undoRoute } from './changes.ts'
import { adminRoute, problemOf } from './route.ts'
import type { AdminAnswer, AdminRoute } from './route.ts'
import { code, network } from './schemas.ts'

const ALL = '/api/v1/networks'
const OF_PLACE = '/api/v1/sites/{code}/networks'
const ONE = `${OF_PLACE}/{kind}`
const idSchema = z.object({ code, kind: network })

const SSID_OCTETS = 32
const LONGEST_GRANT_SECONDS = 366 * 86_400
const MOST_SUBNETS = 64

const ssid = z
  .string()
  .min(1, 'is empty')
  .refine((text) => Buffer.byteLength(text) <= SSID_OCTETS, `is longer than ${SSID_OCTETS} bytes`)
  .refine((text) => !/\p{Cc}/u.test(text), 'has a control character in it')

/** Always written the same. */
const cidr = z.string().transform((text, context) => {
  const prefix = parsePrefix(text)
  if (prefix !== null) return formatPrefix(prefix)
  context.addIssue('is not addresses such as 192.0.2.0/24')
  return z.NEVER
})

const port = z.int().min(1).max(65_535)
const nat = z
  .strictObject({
    address: z
      .string()
      .refine((text) => parseAddress(text)?.length === 4, 'is not an IPv4 address')
      .nullable()
      .default(null)
      .meta({ description: 'Null: that from which the packets of the gateway come.' }),
    ...{ firstPort: port, lastPort: port },
    portsEach: port.meta({ description: 'Source ports of each private address.' }),
  })
  .refine(({ firstPort, lastPort }) => firstPort <= lastPort, {
    path: ['lastPort'],
    error: 'is before firstPort',
  })
  .meta({ description: 'How the gateway translates: by it the log says who had a port.' })

const fields = {
  ssid: ssid.nullable(),
  vlan: z.int().min(1).max(4094).nullable(),
  subnets: z.array(cidr).min(1, 'names none').max(MOST_SUBNETS),
  grantSeconds: z.int().min(1).max(LONGEST_GRANT_SECONDS).meta({
    description: 'For how long a device is let in.',
  }),
  nat: nat.nullable(),
}

const networkWish = z.strictObject({
  kind: network,
  subnets: fields.subnets,
  ssid: fields.ssid.default(null),
  vlan: fields.vlan.default(null),
  grantSeconds: fields.grantSeconds.default(USUAL_GRANT_SECONDS),
  nat: fields.nat.default(null),
})

const networkChange = z
  .strictObject(fields)
  .partial()
  .refine((change) => Object.keys(change).length > 0, 'changes nothing')

const placeNetwork = z
  .object({
    ...{ site: z.string(), kind: network, ssid: z.string().nullable(), vlan: z.int().nullable() },
    ...{ subnets: z.array(z.string()), grantSeconds: z.int(), nat: fields.nat },
    declared: z.boolean().meta({
      description: 'Its place stands in the files of apply: the next apply undoes what you change.',
    }),
  })
  .meta({ id: 'Network' })
z.object({ rows: z.array(placeNetwork) }).meta({ id: 'Networks' })

/** Whoever may write a place writes its networks. */
export const NETWORK_ROUTES: readonly AdminRoute[] = [
  changesRoute('network', { path: ALL, action: 'sites.read' }),
  undoRoute('network', { path: ALL, action: 'sites.write' }),
  adminRoute({
    ...{ method: 'get', path: OF_PLACE, operationId: 'listNetworks', action: 'sites.read' },
    ...{ summary: 'The networks of a place: name, VLAN, prefixes', idSchema: code },
    answers: { status: 200, schema: 'Networks' },
    async run({ sql, id }) {
      if ((await findSite(sql, id)) === null) return problemOf('not-found')
      return { status: 200, body: { rows: (await networksOf(sql, id)).map(withoutEtag) } }
    },
  }),
  adminRoute({
    ...{ method: 'post', path: OF_PLACE, operationId: 'createNetwork', action: 'sites.write' },
    ...{ summary: 'Add the network of guests or of staff to a place', idSchema: code },
    body: networkWish,
    answers: { status: 201, schema: 'Network' },
    async run({ sql, id, body, caller, reason }) {
      const made = await createNetwork(sql, id, body, { ...caller, reason })
      if (!made.ok) return problemOf(made.refusal)
      const location = `/api/v1/sites/${id}/networks/${body.kind}`
      return { ...answerOf(made.value), status: 201, location }
    },
  }),
  adminRoute({
    ...{ method: 'get', path: ONE, operationId: 'readNetwork', action: 'sites.read' },
    ...{ summary: 'One network of a place', idSchema },
    answers: { status: 200, schema: 'Network' },
    async run({ sql, id: { code: site, kind } }) {
      const found = await findNetwork(sql, { site, kind })
      return found === null ? problemOf('not-found') : answerOf(found)
    },
  }),
  adminRoute({
    ...{ method: 'patch', path: ONE, operationId: 'changeNetwork', action: 'sites.write' },
    ...{ summary: 'Change a network of a place; its gateway needs its new files', idSchema },
    ...{ body: networkChange, ifMatch: 'required' },
    answers: { status: 200, schema: 'Network' },
    async run({ sql, id: { code: site, kind }, ifMatch, body, caller, reason }) {
      const { ssid, vlan, subnets, grantSeconds, nat } = body
      const change = {
        ...(ssid === undefined ? {} : { ssid }),
        ...(vlan === undefined ? {} : { vlan }),
        ...(subnets === undefined ? {} : { subnets }),
        ...(grantSeconds === undefined ? {} : { grantSeconds }),
        ...(nat === undefined ? {} : { nat }),
      }
      const doer = { ...caller, reason }
      const changed = await changeNetwork(sql, { site, kind }, ifMatch ?? '', change, doer)
      return changed.ok ? answerOf(changed.value) : problemOf(changed.refusal)
    },
  }),
  adminRoute({
    ...{ method: 'delete', path: ONE, operationId: 'removeNetwork', action: 'sites.write' },
    ...{ summary: 'Take a network of a place away', idSchema, ifMatch: 'required' },
    answers: { status: 204 },
    async run({ sql, id: { code: site, kind }, ifMatch, caller, reason }) {
      const doer = { ...caller, reason }
      const gone = await removeNetwork(sql, { site, kind }, ifMatch ?? '', doer)
      if (!gone.ok) return problemOf(gone.refusal)
      return { status: 204, declared: gone.value.declared }
    },
  }),
]

function answerOf(found: AdminNetwork): Extract<AdminAnswer, { body: object }> {
  return { status: 200, body: withoutEtag(found), etag: found.etag }
}

function withoutEtag({ etag: _, ...rest }: AdminNetwork): object {
  return rest
}
