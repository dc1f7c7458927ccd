import { z } from 'zod'
import { formatAddress, parseAddress } from '#core/ip.ts'
import type { Criteria } from '#db/connections.ts'
import { reachesRows } from '../../admin/log-request.ts'
import type { Asker } from '../../admin/log-request.ts'
import type { LogAnswer, LogRequest } from './route.ts'
import { code, instant, mac } from './schemas.ts'

const address = z
  .string()
  .max(64)
  .transform((text, context) => {
    const bytes = parseAddress(text.trim())
    if (bytes !== null) return formatAddress(bytes)
    context.addIssue('is not an IP address')
    return z.NEVER
  })
  .meta({ example: '198.51.100.7' })

/** Whom and what is looked for; each is narrowed by the others. */
export const criteriaFields = {
  mac: mac.optional(),
  user: z.string().trim().toLowerCase().min(1).max(253).optional(),
  ip: address.optional().meta({
    description: 'At the place; also of who had it for a part of that time only.',
  }),
  site: code.optional().meta({
    description: 'The code of a place; needed by a token of some associations.',
  }),
  publicIp: address.optional().meta({ description: 'That the internet saw.' }),
  publicPort: z.int().min(1).max(65_535).optional().meta({
    description: 'The source port that the internet saw, with publicIp.',
  }),
  from: instant.optional().meta({ description: 'Open at some instant from then on…' }),
  to: instant.optional().meta({ description: '…until then.' }),
}

export const caseRef = z
  .string()
  .trim()
  .min(1, 'is empty')
  .max(100, 'is longer than 100 characters')
  .refine((text) => !/\p{Cc}/u.test(text), 'has a control character in it')
  .meta({ example: 'PV 12/2026' })

type Given = { readonly [K in keyof Criteria]?: Criteria[K] | undefined }

export function criteriaOf(given: Given): Criteria {
  const { mac, ip, user, site, publicIp, publicPort, from, to } = given
  return {
    ...{ mac: mac ?? null, ip: ip ?? null, user: user ?? null, site: site ?? null },
    ...{ publicIp: publicIp ?? null, publicPort: publicPort ?? null },
    ...{ from: from ?? null, to: to ?? null },
  }
}

/** What is wrong with them beyond each by itself; null: nothing. */
export function faultOf(criteria: Criteria): LogAnswer | null {
  const { publicIp, publicPort, from, to } = criteria
  const wrong =
    publicPort !== null && publicIp === null
      ? 'publicPort is of a publicIp: give both'
      : from !== null && to !== null && from > to
        ? 'to is before from'
        : Object.values(criteria).every((value) => value === null)
          ? 'names nobody and nothing: give one criterion at least'
          : null
  return wrong === null ? null : { problem: 'bad-body', detail: wrong }
}

type Asking = Pick<LogRequest<unknown, unknown>, 'services' | 'caller'>

/** As the pages have who asks. */
export function askerOf({ services, caller: { actor, rights } }: Asking): Asker {
  return { services, rights, doer: { actor, rights, reason: null } }
}

/** Whether a token may look for rows of that place, or of all. */
export function reachesSite(asking: Asking, site: string | null): Promise<boolean> {
  return reachesRows(askerOf(asking), 'logs.search', { site })
}

export const NAME_A_PLACE = {
  problem: 'refused',
  detail:
    'This token is of some associations: give the code of one of their places. Another’s and none are not told apart.',
} as const satisfies LogAnswer

export const SAY_WHY = {
  problem: 'bad-parameter',
  detail: 'Send Audit-Reason: why you look. It stands in the audit before anything is read.',
} as const satisfies LogAnswer

/** What packs and holds are asked for by: criteria that fit together and are within reach, and why. */
export async function readWish(
  asking: Asking & { readonly reason: string | null },
  given: Given,
): Promise<{ readonly criteria: Criteria; readonly reason: string } | LogAnswer> {
  const criteria = criteriaOf(given)
  const fault = faultOf(criteria)
  if (fault !== null) return fault
  if (!(await reachesSite(asking, criteria.site))) return NAME_A_PLACE
  return asking.reason === null ? SAY_WHY : { criteria, reason: asking.reason }
}
