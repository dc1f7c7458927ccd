import { z } from 'zod'
import { parseMac } from '#core/mac.ts'

const instant = z.iso
  .datetime({ offset: true, error: 'is not an instant such as 2026-11-23T13:05:00Z' })
  .meta({ example: '2026-11-23T13:05:00Z' })

const MOST_ROWS = 500
const DEFAULT_ROWS = 100

/** What is asked for. The reason is kept in the audit, with whom the token is for. */
export const loginQuery = z
  .strictObject({
    user: z.string().trim().toLowerCase().min(1).max(253).optional().meta({
      description: 'The account. With a realm that very name; without one, in any realm.',
    }),
    mac: z
      .string()
      .refine((text) => parseMac(text) !== null, 'is not an address such as AA-BB-CC-DD-EE-FF')
      .optional()
      .meta({ description: 'The hardware address of the device.' }),
    site: z.string().trim().min(1).max(64).optional().meta({ description: 'The code of a place.' }),
    from: instant.optional(),
    to: instant.optional(),
    reason: z
      .string('is missing: say why you look')
      .trim()
      .min(1, 'is empty: say why you look')
      .max(500)
      .meta({
        description: 'Why you look. It is recorded in the audit with your name.',
      }),
    limit: z.coerce
      .number()
      .int()
      .min(1)
      .max(MOST_ROWS)
      .default(DEFAULT_ROWS)
      .meta({ description: 'Rows that are read for one page.' }),
    cursor: z.string().max(300).optional().meta({
      description: 'From "next" of the page before. The other parameters stay as they were.',
    }),
  })
  .refine(({ user, mac }) => user !== undefined || mac !== undefined, {
    path: ['user'],
    error: 'or mac is needed: say whose logins',
  })

const text = z.string().nullable()

const loginSchema = z
  .object({
    firstAt: z.iso.datetime().meta({ description: 'Of the first of `count` equal answers.' }),
    lastAt: z.iso.datetime(),
    count: z.int().min(1),
    site: z.string(),
    siteName: text,
    timezone: text,
    gateway: z.string(),
    network: z.enum(['guest', 'staff']).nullable(),
    mac: text,
    account: text.meta({
      description: 'Proved where the outcome is accept, else the one that was given.',
    }),
    nameWithheld: z.boolean().meta({
      description: 'A name was given that nobody has. It is not kept, as it may be a password.',
    }),
    outcome: z.enum(['accept', 'reject', 'silence']),
    reason: text.meta({ description: 'Null for an accept.' }),
    method: text,
    inner: text,
    tlsVersion: text,
    cipher: text,
    tlsAlert: text,
    resumed: z.boolean(),
    serial: text.meta({ description: 'Of the device’s certificate.' }),
    rounds: z.int().nullable(),
    answerer: text.meta({
      description:
        'Who was asked: local, directory, memory, last-good, grant, certificate, device-key, home-server.',
    }),
    directory: text.meta({
      description: 'The name of the directory, home server or device key that it was.',
    }),
    answeredMs: z.int().nullable(),
    rule: text,
    vlan: text,
    sessionSeconds: z.int().nullable(),
    story: z
      .object({ what: z.string(), toDo: text, how: z.string() })
      .meta({ description: 'The same in English words.' }),
  })
  .meta({ id: 'Login' })

export const loginPageSchema = z
  .object({
    logins: z.array(loginSchema).meta({ description: 'Newest first.' }),
    next: text.meta({ description: 'Cursor of the next page; null at the end.' }),
    nothing: z.array(z.string()).meta({
      description: 'Where nothing is found, sentences about why that may be; else empty.',
    }),
  })
  .meta({ id: 'LoginPage' })

export type LoginPageBody = z.input<typeof loginPageSchema>
