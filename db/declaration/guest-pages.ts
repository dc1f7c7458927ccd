import { z } from 'zod'

const LONGEST = 200
const MOST_EXCEPTIONS = 50

const line = z
  .string()
  .trim()
  .min(1, 'is empty')
  .max(LONGEST, `is longer than ${LONGEST} characters`)
  .refine((text) => !/\p{Cc}/u.test(text), 'has a control character in it')

/** `privacy: { controller: …, contact: …, dpo: … }` of the organisation: GDPR article 13. */
export const privacySchema = z.strictObject({
  controller: line.optional(),
  contact: line.optional(),
  dpo: line.optional(),
})

/** `accessibility: { contact: …, audit: { by: …, on: 2026-11-24, percent: 80 }, not_accessible: [] }` */
export const accessibilitySchema = z.strictObject({
  contact: line.optional(),
  audit: z
    .strictObject({
      by: line,
      on: z.iso.date('is not a date such as 2026-01-01'),
      percent: z
        .int()
        .min(0, 'must be 0 to 100: the share of the criteria that are met')
        .max(100, 'must be 0 to 100: the share of the criteria that are met'),
    })
    .optional(),
  not_accessible: z.array(line).max(MOST_EXCEPTIONS, 'has more than 50 lines').default([]),
})
