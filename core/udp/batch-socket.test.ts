import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Worker } from 'node:worker_threads'
import { describe, expect, test } from 'vitest'
import { openBatchSocket } from './batch-socket.ts'
import { loadNative } from './native-module.ts'
import type { NativeSocket, NativeUdp } from './native-module.ts'
import { sourceAddress } from './source-address.ts'
import { everyUdpLayer, udpCounters } from './testing/udp-layers.ts'
import { UDP_LIMITS } from './udp-socket.ts'

const RECORD_WORDS = 11
const LOCALHOST = Uint8Array.of(127, 0, 0, 1)
const EVENT_WRITABLE = 2

/** A kernel that takes as many datagrams as it is told to, which loopback cannot be made to do. */
function tightKernel() {
  const sent: number[] = []
  const kernel = { room: 0, sent, calls: 0, writable: (): void => {} }
  const native: NativeUdp = {
    open(_address, _port, _flags, _bytes, _counters, onEvent) {
      kernel.writable = () => onEvent(EVENT_WRITABLE)
      return {} as NativeSocket
    },
    send(_socket, queue, from, to) {
      kernel.calls += 1
      const words = new Int32Array(queue.buffer)
      let at = from
      while (at < to && kernel.room > 0) {
        const length = words[at / 4 + RECORD_WORDS - 1] ?? 0
        sent.push(queue[at + 4 * RECORD_WORDS] ?? -1)
        kernel.room -= 1
        at += 4 * RECORD_WORDS + ((length + 3) & ~3)
      }
      return at
    },
    take: () => 0,
    port: () => 1812,
    stopReceiving: () => {},
    close: () => {},
  }
  const counters = udpCounters()
  const options = { host: '', port: 0, receiveBufferBytes: 0, counters, receive: () => {} }
  const socket = openBatchSocket(native, LOCALHOST, options)
  const address = sourceAddress('127.0.0.1')
  if (address === null) throw new Error('an address')
  return { kernel, counters, socket, peer: socket.peer(address, 9) }
}

const turn = (): Promise<void> => new Promise((done) => setImmediate(done))

describe('what the kernel has no room for', () => {
  test('waits in order until it says that it has, and is not tried before', async () => {
    const { kernel, socket, peer } = tightKernel()
    kernel.room = 2
    for (let i = 0; i < 5; i += 1) socket.send(Uint8Array.of(i, i, i), peer)
    await turn()
    expect(kernel.sent).toEqual([0, 1])
    socket.send(Uint8Array.of(5), peer)
    await turn()
    expect(kernel.calls).toBe(1)
    kernel.room = 1
    kernel.writable()
    expect(kernel.sent).toEqual([0, 1, 2])
    kernel.room = 100
    kernel.writable()
    expect(kernel.sent).toEqual([0, 1, 2, 3, 4, 5])
  })

  test('is counted past the limit, and there is room again for what was sent', async () => {
    const { kernel, counters, socket, peer } = tightKernel()
    const bytes = new Uint8Array(1000)
    const fit = Math.floor(UDP_LIMITS.sendQueueBytes / (1000 + 4 * RECORD_WORDS))
    for (let i = 0; i < fit + 3; i += 1) socket.send(bytes, peer)
    expect(counters['send-queue-full'].value).toBe(3)
    kernel.room = 10
    kernel.writable()
    for (let i = 0; i < 11; i += 1) socket.send(bytes, peer)
    expect(counters['send-queue-full'].value).toBe(4)
    kernel.room = 2 * fit
    kernel.writable()
    expect(kernel.sent.length).toBe(fit + 10)
    await socket.close()
  })

  test('is sent before the end if room comes soon', async () => {
    const { kernel, counters, socket, peer } = tightKernel()
    socket.send(Uint8Array.of(7), peer)
    const closed = socket.close()
    kernel.room = 1
    kernel.writable()
    await closed
    expect(kernel.sent).toEqual([7])
    expect(counters['send-failed'].value).toBe(0)
  })

  test('and never comes is counted when the socket is closed without it', async () => {
    const { counters, socket, peer } = tightKernel()
    for (let i = 0; i < 3; i += 1) socket.send(Uint8Array.of(i), peer)
    await socket.close()
    expect(counters['send-failed'].value).toBe(3)
  })
})

const isNative = everyUdpLayer().some(({ name }) => name === 'native')

describe.runIf(isNative)('the native module', () => {
  test('says no to what is not its own, and goes on', () => {
    const loaded = loadNative()
    if (!loaded.ok) throw new Error(loaded.reason)
    const { native } = loaded
    const counters = new Uint32Array(6)
    const open = (address: Uint8Array, port: number): NativeSocket =>
      native.open(address, port, 0, 0, counters, () => {})
    expect(() => open(Uint8Array.of(1, 2, 3), 0)).toThrow()
    expect(() => open(LOCALHOST, 70_000)).toThrow()
    expect(() => native.port({} as NativeSocket)).toThrow()
    const socket = open(LOCALHOST, 0)
    expect(() => native.send(socket, new Uint8Array(8), 0, 9)).toThrow()
    // A record that says that it is longer than the queue is not followed out of it.
    const lying = new Uint8Array(4 * RECORD_WORDS)
    new Int32Array(lying.buffer)[RECORD_WORDS - 1] = 1 << 20
    expect(native.send(socket, lying, 0, lying.length)).toBe(lying.length)
    native.close(socket)
    native.close(socket)
    expect(native.take(socket, new Uint8Array(64), 0)).toBe(0)
    expect(() => native.port(socket)).toThrow()
  })

  test('serves in worker threads, also in one that ends with its sockets open', async () => {
    const module = new URL('./testing/busy-worker.ts', import.meta.url)
    for (let i = 0; i < 3; i += 1) {
      const worker = new Worker(module)
      const message = await new Promise((resolve, reject) => {
        worker.once('message', resolve)
        worker.once('error', reject)
      })
      expect(message).toBe('200 came')
      await worker.terminate()
    }
  })

  test('ends with the process, sockets open and datagrams under way', async () => {
    const module = join(import.meta.dirname, 'testing/busy-worker.ts')
    const run = promisify(execFile)
    await expect(run(process.execPath, [module])).resolves.toMatchObject({ stdout: 'out\n' })
  })
})
