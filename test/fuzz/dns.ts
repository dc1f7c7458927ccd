import type { House } from '../interop/house.ts'
import { fuzzDnsStreams } from './dns-streams.ts'
import type { StreamReport } from './dns-streams.ts'
import { deafWays, internalFailures, messagesRead } from './good-queries.ts'
import { MEMORY_BOUND_BYTES, fuzzUdpPorts, settledBytes } from './udp-ports.ts'

export const HALF_A_MILLION = 500_000
/** After fewer, over each way, what TLS and HTTP/2 take when they begin is not all there yet. */
const WARM_UP = 50_000
/** After the first one memory has found its level: the third may not take more than the second. */
const PARTS = 3

/** Damaged messages over each way of DNS; each check that did not hold, as a sentence. */
export async function fuzzDns(
  { product }: Pick<House, 'product'>,
  seed: number,
  messages: number,
): Promise<{ readonly checks: number; readonly wrong: readonly string[] }> {
  const { ports } = product
  const { pid } = product.running()
  const udp = await fuzzUdpPorts({ ports, pid, seed, packets: messages, only: ['dns'] })
  const parts: (readonly StreamReport[])[] = []
  const resident: number[] = []
  for (let part = 0; part < PARTS; part += 1) {
    const other = seed + part * 1000
    parts.push(await fuzzDnsStreams({ ports, seed: other, messages: Math.ceil(messages / PARTS) }))
    resident.push(await settledBytes(pid))
  }
  const [, warmBytes = 0, endBytes = 0] = resident
  const rows = [
    ...udp.ports.map(({ port: _, ...row }) => ({ way: 'UDP', ...row })),
    ...parts.flat(),
  ]
  console.table(rows.map(({ unearned, ...rest }) => ({ ...rest, unearned: unearned.length })))
  const memory = [
    { over: 'UDP', warm: mib(udp.warmBytes), end: mib(udp.endBytes) },
    { over: 'the others', warm: mib(warmBytes), end: mib(endBytes) },
  ]
  for (const { over, warm, end } of memory) {
    console.log(
      `resident memory over ${over}: ${warm} MiB before the last part, ${end} MiB at the end`,
    )
  }
  // Before the good ones, which count too.
  const read = await messagesRead(ports)
  const deaf = await deafWays(ports)
  const internal = await internalFailures(ports)
  const checks = [
    ...rows.map(({ way, unearned, replies, sent }) =>
      unearned.length > 0 || replies < sent / 20
        ? `${way}: ${replies} replies to ${sent}; no answers: ${unearned.slice(0, 3).join(' ')}`
        : null,
    ),
    ...[...read].map(([way, whole]) =>
      whole > messages / 3 ? null : `${way}: only ${whole} of ${messages} were read`,
    ),
    ...memory.map(({ over, warm, end }) =>
      messages / PARTS >= WARM_UP && end - warm > mib(MEMORY_BOUND_BYTES)
        ? `its memory grew over ${over}`
        : null,
    ),
    product.running().alive() ? null : 'it ended',
    internal === 0 ? null : `${internal} messages made it fail inside`,
    deaf.length === 0 ? null : `good questions were not answered: ${deaf.join('\n')}`,
  ]
  return { checks: checks.length, wrong: checks.filter((wrong) => wrong !== null) }
}

function mib(bytes: number): number {
  return Math.round(bytes / 2 ** 20)
}
