import { X509Certificate } from 'node:crypto'
import { z } from 'zod'
import { WEEK_MINUTES, coversSpans, joinSpans, parseWeekHours } from '#core/week-hours.ts'
import { ALERT_KINDS } from '../alerts.ts'
import { hours, line } from './values.ts'

/** One line of hours or several, as `opening` of a place and of `alerts` has them. */
export const hoursSchema = z
  .union([hours, z.array(hours).min(1, 'names nothing').max(32, 'has more than 32')], {
    error: 'must be hours such as "mon-fri 08:00-20:00", or a list of them',
  })
  .transform((value) => [...new Set([value].flat())])

const timezone = z
  .string()
  .refine(isTimezone, 'is not a time zone such as Europe/Paris')
  .default('Europe/Paris')

function isTimezone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).format(0) !== ''
  } catch {
    return false
  }
}

const quiet = z
  .strictObject({ hours: hoursSchema, timezone })
  .refine(({ hours: lines }) => !areAlways(lines), {
    path: ['hours'],
    error: 'are the whole week: what is not urgent would never be told',
  })

function areAlways(lines: readonly string[]): boolean {
  const spans = joinSpans(lines.flatMap((one) => parseWeekHours(one) ?? []))
  return coversSpans(spans, [{ from: 0, to: WEEK_MINUTES }])
}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])

/** What is sent names people: only over TLS, or within this machine. */
const url = z
  .string()
  .max(2000, 'is longer than 2000 characters')
  .transform((text, context) => {
    const parsed = URL.canParse(text) ? new URL(text) : null
    const isHere = LOOPBACK.has(parsed?.hostname ?? '')
    const isSafe = parsed?.protocol === 'https:' || (parsed?.protocol === 'http:' && isHere)
    if (isSafe && parsed?.username === '' && parsed.hash === '') return parsed.href
    context.addIssue('is not an https:// address')
    return z.NEVER
  })

const ca = z
  .string()
  .max(65_536, 'is longer than 65536 characters')
  .refine(isCertificate, 'is not a certificate in PEM, from -----BEGIN to -----END')
  .optional()

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject !== ''
  } catch {
    return false
  }
}

const host = z.string().regex(/^[A-Za-z0-9:][A-Za-z0-9.:-]{0,252}$/, 'is not a host or an address')
const port = z.int().min(1).max(65_535).optional()
const mailbox = z.email('is not an address such as securite@example.org').max(254)
const secretText = line.max(1024, 'is longer than 1024 characters')

const every = {
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'must be 1 to 32 small letters, digits and dashes'),
  kinds: z.array(z.enum(ALERT_KINDS, `must be one of ${ALERT_KINDS.join(', ')}`)).default([]),
  associations: z.array(z.string().min(1).max(64)).max(1000).default([]),
  quiet: quiet.optional(),
  language: z.enum(['fr', 'en'], 'must be fr or en').default('fr'),
  ca,
}

const channel = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({ ...every, kind: z.literal('slack'), url }),
    z.strictObject({ ...every, kind: z.literal('teams'), url }),
    z.strictObject({
      ...every,
      kind: z.literal('webhook'),
      url,
      secret: secretText.min(16, 'has fewer than 16 characters'),
    }),
    z
      .strictObject({
        ...every,
        kind: z.literal('mail'),
        ...{ host, port },
        security: z
          .enum(['starttls', 'tls', 'none'], 'must be starttls, tls or none')
          .default('starttls'),
        user: secretText.optional(),
        password: secretText.optional(),
        from: mailbox,
        to: z.array(mailbox).min(1, 'names nobody').max(20, 'has more than 20'),
      })
      .refine(({ user, password }) => (user === undefined) === (password === undefined), {
        path: ['password'],
        error: 'user and password go together',
      })
      .refine(({ security, password }) => security !== 'none' || password === undefined, {
        path: ['security'],
        error: 'none would show the password to the network: use starttls or tls',
      }),
    z.strictObject({
      ...every,
      kind: z.literal('syslog'),
      ...{ host, port },
      transport: z.enum(['udp', 'tcp', 'tls'], 'must be udp, tcp or tls').default('tls'),
      format: z.enum(['rfc5424', 'json'], 'must be rfc5424 or json').default('rfc5424'),
    }),
  ],
  'must have a kind: slack, teams, webhook, mail or syslog',
)

export type DeclaredChannel = z.output<typeof channel>

/** `alerts: { opening: "mon-sat 07:00-20:00", channels: […] }` */
export const alertsSchema = z.strictObject({
  opening: hoursSchema.optional(),
  timezone,
  channels: z
    .array(channel)
    .max(32, 'has more than 32')
    .superRefine((channels, context) => {
      for (const [i, { name }] of channels.entries()) {
        if (channels.findIndex((other) => other.name === name) === i) continue
        context.addIssue({ code: 'custom', path: [i, 'name'], message: `"${name}" is there twice` })
      }
    })
    .default([]),
})
