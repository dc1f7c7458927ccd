import { join } from 'node:path'
import { readCosts } from './reference.ts'
import { tablesOf } from './table.ts'

/**
 * `npm run capacity [-- RESULT.json [PLACES…]]`: what so many places need, by what `npm run bench` measured. Without a
 * word, by the figures kept beside this file.
 */
const [file = join(import.meta.dirname, 'reference.json'), ...places] = process.argv.slice(2)
const counts = places.map(Number)
if (counts.some((count) => !(count > 0))) {
  console.error('usage: npm run capacity -- [RESULT.json [PLACES…]]')
  process.exit(2)
}
const costs = readCosts(file)
console.log(`By ${costs.machine}, ${costs.at.slice(0, 10)}.\n`)
for (const table of tablesOf(costs, counts.length === 0 ? undefined : counts))
  console.log(`${table}\n`)
