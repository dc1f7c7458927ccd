import { createFilter, network } from '../../dns-filter/testing/filter.ts'
import { cannedForwarder } from '../../dns-filter/testing/vectors.ts'
import { wireQuery } from '../../dns-filter/testing/asking.ts'
import { OVER_UDP } from '../../dns-filter/via.ts'
import { blockedNames } from './blocked-name.ts'

/**
 * `node test/bench/dns-exchange.ts [EXCHANGES]`: CPU of an answer without any socket, blocked and cached, as
 * microseconds of this process. A run beside other work says little; ratios of two runs in a row say more.
 */
const exchanges = Number(process.argv[2] ?? 1_000_000)
const NAMES = 100_000
const ASKED = 4_096

const names = blockedNames(NAMES)
const filter = await createFilter({
  networks: [network('guest', '192.168.77.0/24')],
  lists: { bench: { blocks: ['guest', 'staff'], text: names.join('\n') } },
  forwarder: cannedForwarder,
})
const blocked = names.slice(0, ASKED).map((name) => wireQuery(name, { edns: true }))
const cached = Array.from({ length: ASKED }, (_, i) =>
  wireQuery(`host-${i}.example.net`, { edns: true }),
)
// One after the other: at once they would be more than one client's share.
for (const query of cached) await ask(query)
const cookie = Buffer.from('000a00080102030405060708', 'hex')
const rows = {
  blocked,
  cached,
  'four blocked to one cached': blocked.map((query, i) =>
    i % 5 === 0 ? (cached[i] ?? query) : query,
  ),
  'blocked, with a cookie': blocked.map((query) => {
    const out = Buffer.concat([query, cookie])
    out.writeUInt16BE(cookie.length, query.length - 2)
    return out
  }),
}
for (const queries of Object.values(rows)) run(queries, exchanges / 10)
const table = Object.entries(rows).map(([work, queries]) => {
  const before = process.cpuUsage()
  run(queries, exchanges)
  const { user, system } = process.cpuUsage(before)
  return { work, 'µs of CPU each': ((user + system) / exchanges).toFixed(2) }
})
console.table(table)

function ask(query: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    filter.server.handle(query, '192.168.77.9', OVER_UDP, () => resolve())
  })
}

function run(queries: readonly Uint8Array[], count: number): void {
  let answered = 0
  const respond = (answer: Uint8Array | null): void => {
    if (answer !== null) answered++
  }
  for (let i = 0; i < count; i++) {
    filter.server.handle(queries[i % ASKED] ?? cookie, '192.168.77.9', OVER_UDP, respond)
  }
  if (answered !== count) throw new Error(`${answered} answers to ${count} questions`)
}
