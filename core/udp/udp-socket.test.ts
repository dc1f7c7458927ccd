import { createSocket } from 'node:dgram'
import type { Socket } from 'node:dgram'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import { afterEach, describe, expect, test } from 'vitest'
import { sourceAddress } from './source-address.ts'
import type { SourceAddress } from './source-address.ts'
import { everyUdpLayer, hasIpv6, udpCounters } from './testing/udp-layers.ts'
import { UDP_LIMITS } from './udp-socket.ts'
import type { Datagram, UdpCounters, UdpOptions, UdpSocket } from './udp-socket.ts'

const opened: (UdpSocket | Socket)[] = []
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close()
})

function addressOf(text: string): SourceAddress {
  const address = sourceAddress(text)
  if (address === null) throw new Error(`${text} is no address`)
  return address
}

async function client(type: 'udp4' | 'udp6' = 'udp4', host?: string): Promise<Socket> {
  const socket = createSocket(type)
  socket.bind(0, host ?? (type === 'udp4' ? '127.0.0.1' : '::1'))
  await once(socket, 'listening')
  opened.push(socket)
  return socket
}

function portOf(socket: Socket): number {
  const { port }: AddressInfo = socket.address()
  return port
}

/** The next `count` messages, as they came. */
function messages(socket: Socket, count: number): Promise<Buffer[]> {
  const came = Promise.withResolvers<Buffer[]>()
  const all: Buffer[] = []
  socket.on('message', (message) => {
    if (all.push(message) === count) came.resolve(all)
  })
  return came.promise
}

describe.each(everyUdpLayer())('datagrams by $name', (layer) => {
  async function open(
    receive: (datagram: Datagram, socket: () => UdpSocket) => void,
    options: Partial<UdpOptions> = {},
  ): Promise<{ socket: UdpSocket; counters: UdpCounters }> {
    const counters = udpCounters()
    let socket: UdpSocket | null = null
    const itself = (): UdpSocket => {
      if (socket === null) throw new Error('not open yet')
      return socket
    }
    socket = await layer.open({
      host: '127.0.0.1',
      port: 0,
      receiveBufferBytes: 1 << 20,
      counters,
      receive: (batch) => {
        for (const datagram of batch) receive(datagram, itself)
      },
      ...options,
    })
    opened.push(socket)
    return { socket, counters }
  }

  const echo = (datagram: Datagram, socket: () => UdpSocket): void =>
    socket().send(datagram.bytes, datagram)

  test('come with their octets, address and port, and go back there', async () => {
    const seen: Datagram[] = []
    const { socket, counters } = await open((datagram, itself) => {
      seen.push(datagram)
      echo(datagram, itself)
    })
    const from = await client()
    const echoed = messages(from, 3)
    for (const text of ['a', 'bcd', '']) from.send(text, socket.port, '127.0.0.1')
    expect((await echoed).map(String)).toEqual(['a', 'bcd', ''])
    expect(seen.map(({ address, port }) => [address.text, [...address.bytes], port])).toEqual(
      Array.from({ length: 3 }, () => ['127.0.0.1', [127, 0, 0, 1], portOf(from)]),
    )
    expect(counters.received.value).toBe(3)
    await expect.poll(() => counters.sent.value).toBe(3)
  })

  test('of one source have one and the same address object', async () => {
    const seen: SourceAddress[] = []
    const { socket } = await open((datagram) => seen.push(datagram.address))
    const from = await client()
    for (let i = 0; i < 2; i += 1) from.send('x', socket.port, '127.0.0.1')
    await expect.poll(() => seen.length).toBe(2)
    expect(seen[0]).toBe(seen[1])
    expect(seen[0]?.equals(addressOf('127.0.0.1'))).toBe(true)
    expect(seen[0]?.equals(addressOf('127.0.0.2'))).toBe(false)
  })

  test('that are kept are not written over by those that come later', async () => {
    const kept: Datagram[] = []
    const { socket } = await open((datagram, itself) => {
      kept.push(datagram)
      echo(datagram, itself)
    })
    const from = await client()
    const count = 1500
    // One after the other, each a length of its own, so that chunks are left with odd rests.
    for (let i = 0; i < count; i += 1) {
      from.send(Buffer.alloc((i * 7) % 1200, i), socket.port, '127.0.0.1')
      if (i % 50 === 49) await expect.poll(() => kept.length).toBe(i + 1)
    }
    for (const [i, { bytes }] of kept.entries()) {
      expect(Buffer.from(bytes).equals(Buffer.alloc((i * 7) % 1200, i)), `${i}`).toBe(true)
    }
  })

  test('may be as long as the limit; a longer one is counted and the next one comes', async () => {
    const lengths: number[] = []
    const { socket, counters } = await open(({ bytes }) => lengths.push(bytes.length))
    const from = await client()
    for (const length of [UDP_LIMITS.datagramBytes, UDP_LIMITS.datagramBytes + 1, 60_000, 3]) {
      from.send(Buffer.alloc(length), socket.port, '127.0.0.1')
    }
    await expect.poll(() => lengths).toEqual([UDP_LIMITS.datagramBytes, 3])
    expect(counters['too-long'].value).toBe(2)
  })

  test('are answered later too, many at the end of one turn', async () => {
    const waiting: Datagram[] = []
    const { socket } = await open((datagram) => waiting.push(datagram))
    const from = await client()
    const echoed = messages(from, 100)
    for (let i = 0; i < 100; i += 1) from.send(Buffer.of(i), socket.port, '127.0.0.1')
    await expect.poll(() => waiting.length).toBe(100)
    for (const datagram of waiting) socket.send(datagram.bytes, datagram)
    expect((await echoed).map((bytes) => bytes[0])).toEqual(
      Array.from({ length: 100 }, (_, i) => i),
    )
  })

  test.runIf(hasIpv6())('of both families come to one socket on all addresses', async () => {
    const seen: string[] = []
    const receive = (datagram: Datagram, itself: () => UdpSocket): void => {
      seen.push(datagram.address.text)
      echo(datagram, itself)
    }
    const { socket } = await open(receive, { host: '::' })
    const [four, six] = [await client('udp4'), await client('udp6')]
    const back = Promise.all([messages(four, 1), messages(six, 1)])
    four.send('four', socket.port, '127.0.0.1')
    six.send('six', socket.port, '::1')
    expect((await back).flat().map(String)).toEqual(['four', 'six'])
    expect(seen.toSorted()).toEqual(['127.0.0.1', '::1'])
  })

  test.runIf(hasIpv6())('are sent to whom nobody heard of, of either family', async () => {
    const { socket } = await open(() => {}, { host: '::' })
    const [four, six] = [await client('udp4'), await client('udp6')]
    const came = Promise.all([messages(four, 1), messages(six, 1)])
    socket.send(Buffer.from('4'), socket.peer(addressOf('127.0.0.1'), portOf(four)))
    socket.send(Buffer.from('6'), socket.peer(addressOf('::1'), portOf(six)))
    expect((await came).flat().map(String)).toEqual(['4', '6'])
  })

  test('that cannot be sent are counted and cost the others nothing', async () => {
    const { socket, counters } = await open(() => {})
    const to = await client()
    const came = messages(to, 2)
    const good = socket.peer(addressOf('127.0.0.1'), portOf(to))
    socket.send(Buffer.from('1'), good)
    socket.send(Buffer.from('no port'), socket.peer(addressOf('127.0.0.1'), 0))
    socket.send(Buffer.from('2'), good)
    expect((await came).map(String)).toEqual(['1', '2'])
    await expect.poll(() => counters['send-failed'].value).toBe(1)
  })

  test('to a closed port bring an ICMP error that ends nothing', async () => {
    const { socket } = await open(echo)
    const gone = createSocket('udp4')
    gone.bind(0, '127.0.0.1')
    await once(gone, 'listening')
    const port = portOf(gone)
    await new Promise<void>((done) => gone.close(() => done()))
    const from = await client()
    for (let i = 0; i < 20; i += 1) {
      socket.send(Buffer.from('x'), socket.peer(addressOf('127.0.0.1'), port))
      const echoed = messages(from, 1)
      from.send('y', socket.port, '127.0.0.1')
      await echoed
      from.removeAllListeners('message')
    }
  })

  test('beyond the queue are counted, and the queue is sent', async () => {
    const { socket, counters } = await open(() => {})
    // Nobody reads there: what the kernel does not keep it drops, and that is no failure.
    const to = socket.peer(addressOf('127.0.0.1'), portOf(await client()))
    const large = Buffer.alloc(UDP_LIMITS.sendQueueBytes)
    socket.send(large, to)
    expect(counters['send-queue-full'].value + counters['send-failed'].value).toBeLessThanOrEqual(1)
    const count = 3000
    for (let i = 0; i < count; i += 1) socket.send(Buffer.alloc(1200), to)
    await socket.close()
    const { sent } = counters
    const failed = counters['send-failed'].value + counters['send-queue-full'].value
    expect(sent.value + failed).toBe(count + 1)
    expect(sent.value).toBeGreaterThan(800)
  })

  test('given to it before it is closed are sent, later ones only counted', async () => {
    const { socket, counters } = await open(() => {})
    const to = await client()
    const came = messages(to, 40)
    const peer = socket.peer(addressOf('127.0.0.1'), portOf(to))
    for (let i = 0; i < 40; i += 1) socket.send(Buffer.of(i), peer)
    await Promise.all([socket.close(), socket.close()])
    socket.send(Buffer.of(99), peer)
    expect((await came).length).toBe(40)
    expect(counters['send-failed'].value).toBe(1)
    // And the port is free at once for the next.
    expect((await open(() => {}, { port: socket.port })).socket.port).toBe(socket.port)
  })

  test('may be the reason to close it, in the middle of a batch', async () => {
    const seen: number[] = []
    const closed = Promise.withResolvers<void>()
    const { socket } = await open((datagram, itself) => {
      seen.push(datagram.bytes[0] ?? -1)
      echo(datagram, itself)
      if (datagram.bytes[0] === 1) itself().close().then(closed.resolve, closed.reject)
    })
    const from = await client()
    const echoed = messages(from, 1)
    for (let i = 1; i < 200; i += 1) from.send(Buffer.of(i), socket.port, '127.0.0.1')
    await closed.promise
    expect((await echoed)[0]).toEqual(Buffer.of(1))
    const count = seen.length
    await new Promise((done) => setImmediate(done))
    expect(seen.length).toBe(count)
  })

  test('are no longer taken once it stops receiving, and can still be answered', async () => {
    const seen: Datagram[] = []
    const { socket } = await open((datagram) => seen.push(datagram))
    const from = await client()
    from.send('1', socket.port, '127.0.0.1')
    await expect.poll(() => seen.length).toBe(1)
    socket.stopReceiving()
    from.send('2', socket.port, '127.0.0.1')
    const echoed = messages(from, 1)
    for (const datagram of seen) socket.send(datagram.bytes, datagram)
    await echoed
    expect(seen.length).toBe(1)
  })

  test('have one port with others only where that is asked for', async () => {
    const { socket } = await open(() => {})
    await expect(open(() => {}, { port: socket.port })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    })
    const shared = await open(() => {}, { reusePort: true })
    const second = await open(() => {}, { port: shared.socket.port, reusePort: true })
    expect(second.socket.port).toBe(shared.socket.port)
  })

  test('have no port on an address that this machine has not', async () => {
    await expect(open(() => {}, { host: '192.0.2.1' })).rejects.toMatchObject({
      code: 'EADDRNOTAVAIL',
    })
  })

  test.runIf(layer.name === 'native')(
    'are answered from the address that was asked, where there are several',
    async () => {
      const others = Object.values(networkInterfaces()).flat()
      const own = others.find((one) => one?.family === 'IPv4' && !one.internal)?.address
      const asked = ['127.0.0.7', ...(own === undefined ? [] : [own])]
      for (const host of ['0.0.0.0', ...(hasIpv6() ? ['::'] : [])]) {
        const { socket } = await open(echo, { host })
        for (const address of asked) {
          const from = await client('udp4', '0.0.0.0')
          from.send('x', socket.port, address)
          const [, rinfo] = (await once(from, 'message')) as [Buffer, { address: string }]
          expect(rinfo.address).toBe(address)
        }
      }
    },
  )

  test.runIf(layer.name === 'native')('that the kernel dropped are counted', async () => {
    let seen = 0
    const { socket, counters } = await open(() => (seen += 1), { receiveBufferBytes: 4096 })
    const sender = await open(() => {})
    const to = sender.socket.peer(addressOf('127.0.0.1'), socket.port)
    // More than the smallest buffer holds, before the loop gets to read.
    for (let i = 0; i < 500; i += 1) sender.socket.send(Buffer.alloc(1000), to)
    await sender.socket.close()
    await expect.poll(() => seen).toBeGreaterThan(0)
    const from = await client()
    // The count comes with a datagram that was queued after the drop.
    await expect
      .poll(() => {
        from.send('x', socket.port, '127.0.0.1')
        return counters['dropped-by-kernel'].value
      })
      .toBeGreaterThan(0)
  })
})
