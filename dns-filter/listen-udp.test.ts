import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { createMetrics } from '#core/metrics.ts'
import { everyUdpLayer, hasIpv6 } from '#core/udp/testing/udp-layers.ts'
import { listenUdp } from './listen-udp.ts'
import { createDnsMetrics } from './metrics.ts'
import type { DnsServer } from './server.ts'
import { askOverUdp, wireQuery } from './testing/asking.ts'
import { soon } from '../test/support/soon.ts'

const metrics = createDnsMetrics(createMetrics())

/** Answers with the address it was asked from. */
const mirror: DnsServer = {
  handle: (_bytes, source, _via, respond, to) => respond(Buffer.from(source), to),
}

async function ask(type: 'udp4' | 'udp6', host: string, port: number): Promise<string> {
  const socket = createSocket(type)
  socket.send(wireQuery('www.example.net'), port, host)
  const [answer] = (await once(socket, 'message')) as [Buffer]
  socket.close()
  return answer.toString()
}

describe.each(everyUdpLayer())('the DNS listener by $name', (layer) => {
  test.runIf(hasIpv6())('one socket on all IPv6 addresses serves IPv4 too', async () => {
    const listener = await listenUdp(layer, mirror, { host: '::', port: 0 }, metrics)
    expect(await ask('udp6', '::1', listener.port)).toBe('::1')
    expect(await ask('udp4', '127.0.0.1', listener.port)).toBe('127.0.0.1')
    await listener.close()
  })

  test('a port in use is told in a sentence that names the variable', async () => {
    const listener = await listenUdp(layer, mirror, { host: '127.0.0.1', port: 0 }, metrics)
    const again = { host: '127.0.0.1', port: listener.port }
    await expect(listenUdp(layer, mirror, again, metrics)).rejects.toThrow(
      /DNS over UDP.*already in use.*ACCUEIL_DNS_LISTEN/,
    )
    await listener.close()
  })

  test('an answer that comes after the end is not sent, and ends nothing', async () => {
    let late: (() => void) | null = null
    const slow: DnsServer = {
      handle: (bytes, _source, _via, respond, to) => {
        late = () => respond(bytes, to)
      },
    }
    const listener = await listenUdp(layer, slow, { host: '127.0.0.1', port: 0 }, metrics)
    const asked = askOverUdp(listener.port, wireQuery('www.example.net'), 200)
    await soon(() => expect(late).not.toBeNull())
    expect(await asked).toBeNull()
    await listener.close()
    await listener.close()
    expect(late).not.toBeNull()
    expect(() => late?.()).not.toThrow()
  })
})
