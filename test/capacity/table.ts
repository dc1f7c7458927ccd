import { DEMAND } from './demand.ts'
import { capacityOf } from './model.ts'
import type { Capacity } from './model.ts'
import type { Costs } from './reference.ts'

const PLACES = [2_333, 20_000, 1_000_000]

/** As docs/capacity.md has them: what each thing needs, and the walls. */
export function tablesOf(costs: Costs, places: readonly number[] = PLACES): readonly string[] {
  const all = places.map((count) => capacityOf(count, costs, DEMAND))
  const [first] = all
  const walls = (first?.walls ?? []).map(({ what, places: at, beyond }) => [
    whole(at),
    what,
    beyond,
  ])
  return [
    table(['', ...all.map((one) => `${whole(one.places)} places`)], needsOf(all)),
    table(['From places', 'Wall', 'What then'], walls),
  ]
}

function needsOf(all: readonly Capacity[]): readonly (readonly string[])[] {
  const roles = (all[0]?.roles ?? []).map(({ role }, i) => [
    `${role}: copies, of a core each; busy in the busiest hour; in a storm; memory of each`,
    ...all.map((one) => {
      const { copies = 0, cores = 0, stormCores = 0, memoryGB = 0 } = one.roles[i] ?? {}
      return `${whole(copies)}; ${fine(cores)}; ${fine(stormCores)}; ${fine(memoryGB)} GB`
    }),
  ])
  const row = (what: string, of: (one: Capacity['postgres']) => string): readonly string[] => [
    what,
    ...all.map(({ postgres }) => of(postgres)),
  ]
  return [
    ...roles,
    row('Postgres: events and acceptances a second, busiest hour', (one) =>
      whole(one.writesASecond),
    ),
    row('Postgres: cores busy', (one) => fine(one.cores)),
    row('Postgres: connections', (one) => whole(one.connections)),
    row('Postgres: a year of the log', (one) => `${whole(one.yearGB)} GB`),
    row('Postgres: write-ahead log', (one) => `${fine(one.walMBASecond)} MB a second`),
  ]
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
}

function whole(number: number): string {
  return Math.ceil(number).toLocaleString('en')
}

function fine(number: number): string {
  return number >= 10 ? whole(number) : Number(number.toPrecision(2)).toString()
}
