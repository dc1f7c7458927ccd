import { createSocket } from 'node:dgram'
import type { Socket } from 'node:dgram'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Counter } from '#core/metrics.ts'
import { everyUdpLayer, udpCounters } from '#core/udp/testing/udp-layers.ts'
import type { UdpLayer } from '#core/udp/udp-layer.ts'
import { createUdpListener } from './listen-udp.ts'
import type { UdpListener } from './listen-udp.ts'
import type { RadiusServer } from './server.ts'

function counter(): Counter {
  return {
    value: 0,
    inc(by = 1) {
      this.value += by
    },
  }
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const socket = createSocket('udp4')
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  const { port }: AddressInfo = socket.address()
  await new Promise<void>((resolve) => socket.close(() => resolve()))
  return port
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
  listener = createUdpListener(
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
  await listener.start()
  return port
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
    const port = await listen(layer, () => null)
    const second = createUdpListener({
      server: { handle: () => null },
      service: 'authentication',
      address: { host: '127.0.0.1', port },
      variable: 'ACCUEIL_RADIUS_LISTEN',
      tooManyInWork,
      counters: udpCounters(),
      layer,
    })
    await expect(second.start()).rejects.toThrow(/already in use.*ACCUEIL_RADIUS_LISTEN/)
  })
})
