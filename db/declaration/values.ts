import { domainToASCII } from 'node:url'
import { z } from 'zod'
import { parseWeekHours } from '#core/week-hours.ts'

/** One line of words, as people write them. */
export const line = z
  .string()
  .trim()
  .min(1, 'is empty')
  .max(500, 'is longer than 500 characters')
  .refine((value) => !/\p{Cc}/u.test(value), 'has a control character in it')

/** A domain name in any script, with or without its last dot; lower case and ASCII afterwards. */
export const domain = z.string().transform((text, context) => {
  const ascii = domainToASCII(text.trim().replace(/\.$/, '')).toLowerCase()
  const labels = ascii.split('.')
  const right = ascii.length <= 253 && labels.every((label) => /^[a-z0-9_-]{1,63}$/.test(label))
  if (right) return ascii
  context.addIssue(`"${text}" is not a domain name`)
  return z.NEVER
})

/** One line of hours of the week, always written the same. */
export const hours = z
  .string()
  .refine(
    (text) => parseWeekHours(text) !== null,
    'is not hours such as "mon-fri 08:00-20:00", "sat,sun" or "22:00-06:00"',
  )
  .transform((text) => text.trim().toLowerCase().replaceAll(/\s+/g, ' '))

const UNITS: Readonly<Record<string, number>> = { m: 60, h: 3600, d: 86_400 }
const LONGEST_GRANT_SECONDS = 366 * 86_400

/** In seconds. */
export const duration = z.string().transform((text, context) => {
  const match = /^(\d{1,5})([mhd])$/.exec(text)
  const seconds = Number(match?.[1] ?? 0) * (UNITS[match?.[2] ?? ''] ?? 0)
  if (seconds > 0 && seconds <= LONGEST_GRANT_SECONDS) return seconds
  context.addIssue(`"${text}" is not a length of time such as 12h or 30d, a year at most`)
  return z.NEVER
})

const LONGEST_SSID_BYTES = 32

/** The name of a Wi-Fi network. */
export const ssid = z
  .string()
  .min(1, 'is empty')
  .refine(
    (text) => Buffer.byteLength(text) <= LONGEST_SSID_BYTES && !/\p{Cc}/u.test(text),
    `is longer than ${LONGEST_SSID_BYTES} bytes, or has a control character in it`,
  )
