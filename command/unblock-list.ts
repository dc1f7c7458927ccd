import { parseArgs } from 'node:util'
import { listUnblockRequests } from '#db/unblock-requests.ts'
import type { WaitingRequest } from '#db/unblock-requests.ts'
import { withHouseAs } from './house.ts'

/** `unblock list`: what waits, by place and name. */
export async function runUnblockList(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      site: { type: 'string' },
      association: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  })
  return withHouseAs('operator', 'unblock list', async ({ database }) => {
    const { site, association } = values
    const requests = await listUnblockRequests(database, { site, association })
    if (values.json) for (const request of requests) console.log(JSON.stringify(request))
    else console.log(unblockLines(requests).join('\n'))
    return 0
  })
}

/** One line a name and place, most asked first, with what people wrote below it. */
export function unblockLines(requests: readonly WaitingRequest[]): readonly string[] {
  if (requests.length === 0) return ['Nobody asks for anything.']
  const alike = Map.groupBy(requests, ({ site, domain }) => `${site ?? '-'}  ${domain}`)
  return [...alike]
    .toSorted(([, a], [, b]) => b.length - a.length)
    .flatMap(([what, [newest, ...others]]) => {
      if (newest === undefined) return []
      const cause = newest.category ?? (newest.cause === 'rule' ? 'a rule' : 'reason unknown')
      const reference = newest.reference === null ? '' : `  ${newest.reference}`
      const times = others.length === 0 ? 'once' : `${others.length + 1} times`
      return [
        `${what}  ${times}, last ${newest.at.toISOString().slice(0, 10)}  ${cause}${reference}`,
        ...[newest, ...others].flatMap(({ note }) => (note === null ? [] : [`    “${note}”`])),
      ]
    })
}
