import { randomInt } from 'node:crypto'
import { systemClock } from '#core/clock.ts'
import type { DnsUpstream } from '#core/dns-upstream.ts'
import { createMetrics } from '#core/metrics.ts'
import { HEADER, readQuery } from './message/query.ts'
import { Rcode } from './message/registry.ts'
import { nameFromText } from './message/name.ts'
import { createDnsMetrics } from './metrics.ts'
import { createForwarder } from './upstream/forwarder.ts'
import { Upstreams } from './upstream/upstreams.ts'
import type { Trust } from './upstream/link.ts'

/** Asks an upstream for a name as the filter would: null if it answers, else what is in the way. */
export async function checkUpstream(
  upstream: DnsUpstream,
  name: string,
  trust: Trust = {},
): Promise<string | null> {
  const metrics = createDnsMetrics(createMetrics())
  const forwarder = createForwarder(new Upstreams([upstream], systemClock, trust), metrics)
  try {
    const rcode = await new Promise<number>((resolve) => {
      forwarder.resolve(readQuery(queryFor(name)), (answer) => resolve(answer.rcode))
    })
    if (rcode === Rcode.NoError || rcode === Rcode.NXDomain) return null
  } finally {
    forwarder.stop()
  }
  const { untrusted, unreachable, timeout } = metrics.upstreamFailures
  if (untrusted.value > 0) {
    const whom = upstream.name ?? `the address ${upstream.host}`
    return `its certificate is not one of ${whom} that this machine trusts`
  }
  if (unreachable.value > 0) return 'there is no way to it'
  return timeout.value > 0 ? 'it is silent' : 'it refuses or fails'
}

function queryFor(name: string): Uint8Array {
  const wire = nameFromText(name) ?? Uint8Array.of(0)
  const out = Buffer.alloc(HEADER + wire.length + 4)
  out.writeUInt16BE(randomInt(0x10000), 0)
  out.set([0x01, 0, 0, 1], 2)
  out.set(wire, HEADER)
  out.set([0, 1, 0, 1], HEADER + wire.length)
  return out
}
