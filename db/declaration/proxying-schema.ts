import { isIP } from 'node:net'
import { z } from 'zod'
import { GIVEN_BY_HOME } from '../proxying.ts'

/** RFC 2865 §3, RFC 2866 §3, RFC 6614 §2.1. */
const PORTS = { authentication: 1812, accounting: 1813, radsec: 2083 } as const
const MOST_SERVERS = 8

const port = z.int().min(1).max(65_535)
const file = z.string().min(1, 'is empty')
const domainName = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/i

const host = z
  .string()
  .refine((text) => isIP(text) !== 0 || domainName.test(text), 'is not an address or a name')

/** One of `home_servers`. */
export const homeServerSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'must be 1 to 64 letters, digits, dots, dashes'),
    address: host,
    port: port.optional(),
    accounting_port: port.optional(),
    secret: z.string().min(6, 'has fewer than 6 characters').max(128).optional(),
    radsec: z
      .strictObject({
        name: host.optional(),
        ca: file.optional(),
        certificate: file,
        key: file,
      })
      .optional(),
    message_authenticator: z
      .enum(['required', 'optional'], 'must be required or optional')
      .default('required'),
    status_server: z.boolean().default(true),
  })
  .refine(({ secret, radsec }) => (secret === undefined) !== (radsec === undefined), {
    path: ['secret'],
    error: 'or radsec: it must have one of them, and over RadSec there is no secret to choose',
  })
  .refine(({ address, radsec }) => radsec !== undefined || isIP(address) !== 0, {
    path: ['address'],
    error: 'must be an IP address: over UDP a reply is known by the address that it comes from',
  })
  .refine(({ radsec, accounting_port: accounting }) => !(radsec && accounting !== undefined), {
    path: ['accounting_port'],
    error: 'is not a key of a server by RadSec: one port has everything',
  })
  .transform(({ radsec, ...server }) => ({
    ...server,
    port: server.port ?? (radsec === undefined ? PORTS.authentication : PORTS.radsec),
    accounting_port: radsec === undefined ? (server.accounting_port ?? PORTS.accounting) : null,
    radsec: radsec === undefined ? null : { ...radsec, name: radsec.name ?? server.address },
  }))

export type FileHomeServer = z.output<typeof homeServerSchema>

/** One of `realms`. */
export const realmSchema = z
  .strictObject({
    realm: z
      .string()
      .refine(
        (text) => text === '*' || domainName.test(text),
        'is not a realm such as example.org, or "*" for all that nobody else answers for',
      )
      .transform((text) => text.toLowerCase()),
    servers: z.array(z.string()).min(1, 'names no server').max(MOST_SERVERS).optional(),
    local: z.literal(true, 'can only be true: leave it out where servers answer').optional(),
    strip: z.boolean().default(false),
    accounting: z.boolean().default(false),
    vlan: z.int().min(1).max(4094).optional(),
    groups: z.array(z.string().trim().min(1, 'is empty').max(200)).max(64).default([]),
    gives: z
      .array(z.enum(GIVEN_BY_HOME, `must be some of ${GIVEN_BY_HOME.join(', ')}`))
      .default([])
      .transform((given) => GIVEN_BY_HOME.filter((one) => given.includes(one))),
    operator: z.string().regex(domainName, 'is not a domain such as restos.example').optional(),
  })
  .refine(({ servers, local }) => (servers === undefined) !== (local === undefined), {
    path: ['servers'],
    error: 'or local: a realm is answered by home servers, or here',
  })
  .refine(({ realm, local }) => realm !== '*' || local === undefined, {
    path: ['local'],
    error: 'says nothing of "*": what no server is named for is answered here anyway',
  })
  .refine(({ vlan, gives }) => vlan === undefined || !gives.includes('vlan'), {
    path: ['vlan'],
    error: 'is for those whose home server may not say: leave it out, or vlan out of gives',
  })

export type DeclaredRealm = z.output<typeof realmSchema>
