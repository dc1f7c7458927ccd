import { z } from 'zod'
import { hexOf } from './authorities.ts'

/**
 * What each kind of gateway is told in a declaration beside `kind`, all of it sealed. A kind is a line
 * here and an adapter in portal/gateways/: keys that are not its own are errors.
 */
export interface GatewaySettings {
  readonly uam?: Uam | undefined
  readonly controller?: Controller | undefined
  /** Where its login page is, if not at a private address. */
  readonly login?: string | undefined
  readonly captive?: Captive | undefined
}

/** The universal access method: a challenge in the address, a password or a digest of it back. */
export interface Uam {
  readonly secret: string
  readonly method: 'chap' | 'pap'
}

/** What opens the gateway for us, over HTTPS. */
export interface Controller {
  /** Without a slash at its end. */
  readonly url: string
  /** SHA-256 of its certificate, lower-case hex; absent: an authority of the system vouches for it. */
  readonly certificate?: string | undefined
  readonly api_key?: string | undefined
  readonly username?: string | undefined
  readonly password?: string | undefined
  readonly site?: string | undefined
  readonly id?: string | undefined
}

/** How a device that accepted nothing yet is kept at the portal by what RADIUS answers. */
export interface Captive {
  /** Cisco: the access list on the controller. */
  readonly acl?: string | undefined
  /** Aruba: the role. */
  readonly role?: string | undefined
}

const secret = z.string().min(6, 'has fewer than 6 characters').max(128)
const word = z
  .string()
  .regex(/^[\w.:-]{1,128}$/, 'must be 1 to 128 letters, digits, dots, dashes, colons')

const address = z.string().transform((text, context) => {
  const url = URL.canParse(text) ? new URL(text) : null
  const plain = url !== null && url.search === '' && url.hash === '' && url.username === ''
  if (plain && /^https?:$/.test(url.protocol)) return url.href.replace(/\/$/, '')
  context.addIssue(`"${text}" is not an address such as https://192.0.2.1:8443`)
  return z.NEVER
})

const certificate = z
  .string()
  .transform((text, context) => {
    const hex = hexOf(/^sha256:(.*)$/i.exec(text.trim())?.[1] ?? '')
    if (/^[0-9a-f]{64}$/.test(hex)) return hex
    context.addIssue(
      `"${text}" is not sha256: and 64 hexadecimal digits, as openssl x509 -noout -fingerprint -sha256 prints them`,
    )
    return z.NEVER
  })
  .optional()

/** A password may only leave inside TLS. */
const encrypted = address.refine(
  (url) => url.startsWith('https:'),
  'must begin with https://: a password goes there',
)

const reached = { url: encrypted, certificate }
const login = { username: z.string().min(1, 'is empty').max(128), password: secret }

const uam = z.strictObject({
  uam: z.strictObject({
    secret,
    method: z.enum(['chap', 'pap'], 'must be chap or pap').default('chap'),
  }),
})

const unifi = z
  .strictObject({
    ...reached,
    site: word.default('default'),
    api_key: secret.optional(),
    username: login.username.optional(),
    password: login.password.optional(),
  })
  .refine(
    ({ api_key: key, username, password }) =>
      (key !== undefined) !== (username !== undefined && password !== undefined),
    'needs api_key, or username and password',
  )

const nothing = z.strictObject({})

export const GATEWAY_KINDS = {
  generic: nothing,
  opennds: nothing,
  coovachilli: uam,
  uspot: uam,
  mikrotik: z.strictObject({
    login: address.optional(),
    controller: z.strictObject({ ...reached, ...login }).optional(),
  }),
  unifi: z.strictObject({ controller: unifi }),
  omada: z.strictObject({ controller: z.strictObject({ ...reached, ...login, id: word }) }),
  meraki: nothing,
  cisco: z.strictObject({ captive: z.strictObject({ acl: word }) }),
  aruba: z.strictObject({ captive: z.strictObject({ role: word }) }),
  ruckus: z.strictObject({
    controller: z.strictObject({ ...reached, password: login.password }),
  }),
} as const satisfies Readonly<Record<string, z.ZodType<GatewaySettings>>>

export type GatewayKind = keyof typeof GATEWAY_KINDS

/** Those that ask RADIUS for a device by its MAC address, and ask again when they are told to. */
export const ASKING_BY_MAC: ReadonlySet<GatewayKind> = new Set(['generic', 'cisco', 'aruba'])

export const KIND_NAMES = Object.keys(GATEWAY_KINDS) as readonly GatewayKind[]

/** Every key that some kind has beside those of all gateways. */
export type KindKey = keyof GatewaySettings
