import assert from 'node:assert/strict'
import { publishingProblems, publishUnderLoad } from '../bench/publish-under-load.ts'
import { eventually } from '../support/peers/process.ts'
import { dig } from '../support/peers/dig.ts'
import type { Scenario } from './scenario.ts'

const SECONDS = 20
/** Far below what it can: what is measured is that nothing is lost, on whatever machine. */
const PER_SECOND = 1_000

/** dnsperf asks while lists and rules are published; `npm run bench -- --only=publishing` is the long one. */
export async function publishing({ product, folder, test }: Scenario): Promise<void> {
  const { dns } = product.ports
  await eventually(
    'the list serves',
    async () => (await dig(dns, 'bad.example')).status === 'NXDOMAIN',
    20_000,
  )
  const names = ['bad.example', 'a.bad.example', 'www.example.com', 'alias.example.com']
  const lines = Array.from({ length: 1_000 }, (_, i) => `${names[i % names.length]} A\n`)
  const queries = folder.write('publishing.txt', lines.join(''))
  await test('two lists and twenty rules published under load: each is seen, nothing lost, no SERVFAIL', async () => {
    const done = await publishUnderLoad({
      ...{ product, queries, from: '127.0.0.1', seconds: SECONDS, perSecond: PER_SECOND },
      ...{ blobs: 2, edits: 20 },
    })
    console.log(
      `# ${done.load.answers} answers, p99 ${done.latency.p99.toFixed(1)} ms; edits seen after ${done.edits.map(Math.round).join(', ')} ms, lists after ${done.blobs.map(Math.round).join(', ')} ms`,
    )
    assert.deepEqual(publishingProblems(done), [])
    assert.equal(done.edits.length + done.blobs.length, 22)
    assert.ok(done.load.answers > 0)
    assert.equal(done.load.answers, done.load.refusedNames + done.load.answeredNames)
  })
}
