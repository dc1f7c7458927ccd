import { readFileSync } from 'node:fs'
import { z } from 'zod'

/** What a piece of work costs, as `npm run bench` measured it: CPU-seconds, milliseconds, bytes. */
export interface Costs {
  readonly machine: string
  readonly at: string
  /** CPU-seconds each, of the role that answers and, where it writes, of Postgres. */
  readonly macLogin: number
  readonly tlsLogin: number
  readonly resumedLogin: number
  readonly accountingPacket: number
  readonly name: number
  readonly page: number
  readonly acceptance: number
  readonly bytesPerRow: number
}

const measure = z.object({ answers: z.number(), cpuSeconds: z.number() })
const result = z.object({
  at: z.string(),
  machine: z.object({ cpu: z.string(), cores: z.number() }),
  rows: z.array(z.object({ work: z.string(), ours: measure })),
  acceptances: measure.nullable(),
  year: z.object({ ours: z.object({ table: z.number(), indexes: z.number() }) }).nullable(),
})

/** Throws a sentence that names what the file lacks. */
export function readCosts(file: string): Costs {
  const { at, machine, rows, acceptances, year } = result.parse(
    JSON.parse(readFileSync(file, 'utf8')),
  )
  const cost = (pattern: RegExp): number => {
    const found = rows.find(({ work }) => pattern.test(work))
    if (found === undefined)
      throw new Error(`${file} has no row ${pattern}: run npm run bench whole`)
    return found.ours.cpuSeconds / found.ours.answers
  }
  if (acceptances === null || year === null) {
    throw new Error(`${file} has no acceptances or no year: run npm run bench whole`)
  }
  return {
    ...{ machine: `${machine.cores} cores of ${machine.cpu}`, at },
    macLogin: cost(/^MAC authentication/),
    tlsLogin: cost(/^EAP-TTLS.*P-256.*TLSv1\.3$/),
    resumedLogin: cost(/^EAP-TTLS.*P-256.*TLSv1\.3, resumed$/),
    accountingPacket: cost(/^accounting, 200 /),
    name: cost(/^blocked name/),
    page: cost(/^terms page/),
    acceptance: acceptances.cpuSeconds / acceptances.answers,
    bytesPerRow: year.ours.table + year.ours.indexes,
  }
}
