import { createSeal } from '#core/seal.ts'
import { createSpool } from '#core/spool.ts'
import type { Spool } from '#core/spool.ts'

/*
 * Fills the spool in the folder named by the argument until its disk refuses, then reads it again as
 * the next process would. Prints what it saw as one line of JSON.
 */

const GROUP = 40

function open(root: string): Promise<Spool> {
  const spool = createSpool({
    root,
    seal: createSeal(new Uint8Array(32).fill(7)),
    onDamage: (path, reason) => {
      throw new Error(`${path}: ${reason}`)
    },
    // What is tested is the disk's own refusal.
    limits: { reserveBytes: -Infinity, segmentBytes: 100_000 },
  })
  return spool.open().then(() => spool)
}

async function drain(spool: Spool): Promise<readonly string[]> {
  const lines: string[] = []
  for (let batch = await spool.next(100); batch !== null; batch = await spool.next(100)) {
    lines.push(...batch.lines)
    await spool.done(batch)
  }
  return lines
}

const root = process.argv[2] ?? ''
const kept: string[] = []
const reasons = new Set<string>()
const first = await open(root)
for (let next = 0, refused = 0; refused < 5;) {
  const lines = Array.from({ length: GROUP }, () => `${next++} ${'x'.repeat(300)}`)
  const results = await Promise.all(lines.map((line) => first.append(line)))
  for (const [i, result] of results.entries()) {
    if (result.ok) kept.push(lines[i] ?? '')
    else reasons.add(result.reason)
  }
  if (results.some((result) => !result.ok)) refused += 1
}
await first.close()

const second = await open(root)
const found = await drain(second)
const again = await second.append('there is room again')
await second.close()
console.log(
  JSON.stringify({
    kept: kept.length,
    // What was refused may be there or not; what was kept must be, in its order.
    sameOrder: found.filter((line) => kept.includes(line)).join() === kept.join(),
    reasons: [...reasons],
    again: again.ok,
  }),
)
