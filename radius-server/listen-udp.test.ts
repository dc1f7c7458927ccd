import { createSocket } from 'node:dgram'
import type { Socket } from 'node:dgram'
import { once } from 'node:events'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Counter } from '#core/metrics.ts'
import { everyUdpLayer, udpCounters } from '#core/udp/testing/udp-layers.ts'
import type { UdpLayer } from '#core/udp/udp-layer.ts'
import { createUdpListener } from './listen-udp.ts'
import type { UdpListener } from './listen-udp.ts'
import type { RadiusServer } from './server.ts'
import { freePort } from '../test/support/peers/free-ports.ts'

function counter(): Counter {
  return {
    value: 0,
    inc(by = 1) {
      this.value += by
    },
  }
}

const tooManyInWork = counter()
let gateway: Socket
let listener: UdpListener | null = null

beforeEach(() => {
  tooManyInWork.value = 0
  gateway = createSocket('udp4')
})
afterEach(async () => {
  gateway.close()
  await listener?.stop()
})

async function listen(
  layer: UdpLayer,
  handle: RadiusServer['handle'],
  limit?: number,
): Promise<number> {
  const port = await freePort()
  listener = createListener(layer, port, handle, limit)
  await listener.start()
  return port
}

function createListener(
  layer: UdpLayer,
  port: number,
  handle: RadiusServer['handle'],
  limit?: number,
): UdpListener {
  return createUdpListener(
    {
      server: { handle },
      service: 'authentication',
      address: { host: '127.0.0.1', port },
      variable: 'ACCUEIL_RADIUS_LISTEN',
      tooManyInWork,
      counters: udpCounters(),
      layer,
    },
    limit,
  )
}

describe.each(everyUdpLayer())('the RADIUS listener by $name', (layer) => {
  test('what comes is answered to where it came from, at once or later', async () => {
    const port = await listen(layer, (_, datagram) =>
      datagram[0] === 1 ? Uint8Array.of(11) : Promise.resolve(Uint8Array.of(12)),
    )
    const replies: number[] = []
    gateway.on('message', (message) => replies.push(message.readUInt8(0)))
    gateway.send(Buffer.of(1), port, '127.0.0.1')
    await once(gateway, 'message')
    gateway.send(Buffer.of(2), port, '127.0.0.1')
    await once(gateway, 'message')
    expect(replies).toEqual([11, 12])
  })

  test('what is too much at once is dropped and counted, and the rest is answered before the end', async () => {
    const work = Promise.withResolvers<Uint8Array>()
    const started = Promise.withResolvers<void>()
    const port = await listen(
      layer,
      () => {
        started.resolve()
        return work.promise
      },
      1,
    )
    const reply = once(gateway, 'message')
    gateway.send(Buffer.of(1), port, '127.0.0.1')
    await started.promise
    gateway.send(Buffer.of(2), port, '127.0.0.1')
    await expect.poll(() => tooManyInWork.value).toBe(1)
    const stopped = listener?.stop()
    work.resolve(Uint8Array.of(9))
    await stopped
    expect((await reply)[0]).toEqual(Buffer.of(9))
    expect(listener?.isOpen).toBe(false)
  })

  test('a port that is taken is a sentence with the way out', async () => {
    await new Promise<void>((resolve) => gateway.bind(0, '127.0.0.1', resolve))
    const second = createListener(layer, gateway.address().port, () => null)
    await expect(second.start()).rejects.toThrow(/already in use.*ACCUEIL_RADIUS_LISTEN/)
  })

  test('two processes have the port, each gateway comes to one of them, and all to the one that stays', async () => {
    const port = await listen(layer, () => Uint8Array.of(1))
    const second = createListener(layer, port, () => Uint8Array.of(2))
    await second.start()
    const gateways = Array.from({ length: 32 }, () => createSocket('udp4'))
    const askAll = (): Promise<readonly number[]> =>
      Promise.all(
        gateways.map(async (one) => {
          const reply = once(one, 'message')
          one.send(Buffer.of(1), port, '127.0.0.1')
          const [bytes] = (await reply) as [Buffer]
          return bytes.readUInt8(0)
        }),
      )
    const first = await askAll()
    expect(new Set(first)).toEqual(new Set([1, 2]))
    expect(await askAll()).toEqual(first)
    await second.stop()
    expect(new Set(await askAll())).toEqual(new Set([1]))
    for (const one of gateways) one.close()
  })
})
