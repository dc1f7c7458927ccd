import type { NativeUdp, NativeSocket } from './native-module.ts'
import { AddressBook } from './source-address.ts'
import type { SourceAddress } from './source-address.ts'
import { UDP_LIMITS } from './udp-socket.ts'
import type { Datagram, UdpCounters, UdpOptions, UdpSocket } from './udp-socket.ts'

/*
 * The JavaScript half of batch-socket.c, which describes the record that both sides read and write.
 */
const HEADER_WORDS = 11
const HEADER_BYTES = 4 * HEADER_WORDS
const PORT_AND_FAMILY = 8
const LENGTH = 10

/**
 * Records come into a chunk one after the other and a full chunk is left to the garbage collector:
 * a request that waits holds on to one chunk, not to the buffer that the next packets come into.
 */
const CHUNK_BYTES = 16 * 1024

const FLAG_REUSE_PORT = 1
const FLAG_ASK_LOCAL = 2
const EVENT_READABLE = 1

/** The order in batch-socket.c. */
const COUNTED = [
  'too-long',
  'dropped-by-kernel',
  'send-failed',
  'receive-failed',
  'sent',
] as const satisfies readonly (keyof UdpCounters)[]
const REMAINING = COUNTED.length

class PeerRecord implements Datagram {
  readonly words: Int32Array
  readonly at: number
  readonly bytes: Uint8Array
  readonly address: SourceAddress
  readonly port: number

  constructor(words: Int32Array, at: number, bytes: Uint8Array, address: SourceAddress) {
    this.words = words
    this.at = at
    this.bytes = bytes
    this.address = address
    this.port = (words[at + PORT_AND_FAMILY] ?? 0) & 0xffff
  }
}

interface Chunk {
  readonly octets: Uint8Array
  readonly words: Int32Array
  used: number
}

function createChunk(): Chunk {
  const octets = new Uint8Array(Buffer.allocUnsafeSlow(CHUNK_BYTES).buffer)
  return { octets, words: new Int32Array(octets.buffer), used: 0 }
}

function padded(bytes: number): number {
  return (bytes + 3) & ~3
}

/** `address` is `options.host`, looked up. Throws an error with the system's code, such as EADDRINUSE. */
export function openBatchSocket(
  native: NativeUdp,
  address: Uint8Array,
  options: UdpOptions,
): UdpSocket {
  const { receive, counters } = options
  const book = new AddressBook()
  const seen = new Uint32Array(COUNTED.length)
  const counted = new Uint32Array(COUNTED.length + 1)
  const queue = new Uint8Array(UDP_LIMITS.sendQueueBytes)
  const queueWords = new Int32Array(queue.buffer)
  let chunk = createChunk()
  let begin = 0
  let end = 0
  let isReceiving = false
  let isFlushPlanned = false
  /** The kernel was full: until it says that it has room, trying again is wasted. */
  let isBlocked = false
  let isClosed = false
  let closing: Promise<void> | null = null
  let whenDrained: (() => void) | null = null

  function collect(): void {
    for (let i = 0; i < COUNTED.length; i += 1) {
      const event = COUNTED[i]
      const now = counted[i] ?? 0
      if (event === undefined || now === seen[i]) continue
      counters[event].inc((now - (seen[i] ?? 0)) >>> 0)
      seen[i] = now
    }
  }

  function readable(): void {
    isReceiving = true
    try {
      do {
        const count = native.take(handle, chunk.octets, chunk.used)
        if (count > 0) {
          counters.received.inc(count)
          receive(recordsOf(count))
        } else if (counted[REMAINING] !== 0) chunk = createChunk()
      } while (counted[REMAINING] !== 0 && !isClosed)
    } finally {
      isReceiving = false
      flush()
    }
  }

  function recordsOf(count: number): Datagram[] {
    const { words, octets } = chunk
    // As long as it is: one that grows begins with room for 17, and most batches are of one or two.
    // oxlint-disable-next-line unicorn/no-new-array
    const batch = new Array<Datagram>(count)
    for (let i = 0; i < count; i += 1) {
      const at = chunk.used >> 2
      const start = chunk.used + HEADER_BYTES
      const length = words[at + LENGTH] ?? 0
      const bytes = octets.subarray(start, start + length)
      const family = ((words[at + PORT_AND_FAMILY] ?? 0) >> 16) & 0xff
      batch[i] = new PeerRecord(words, at, bytes, book.find(words, at, family))
      chunk.used = start + padded(length)
    }
    return batch
  }

  function flush(): void {
    if (begin < end && !isBlocked && !isClosed) {
      begin = native.send(handle, queue, begin, end)
      isBlocked = begin < end
    }
    if (begin === end) {
      begin = 0
      end = 0
      whenDrained?.()
    }
    collect()
  }

  function makeRoom(bytes: number): boolean {
    if (end + bytes <= queue.length) return true
    flush()
    if (end + bytes <= queue.length) return true
    queue.copyWithin(0, begin, end)
    end -= begin
    begin = 0
    return end + bytes <= queue.length
  }

  function planFlush(): void {
    if (isFlushPlanned || isReceiving || isBlocked) return
    isFlushPlanned = true
    // At the end of this turn of the loop: a commit that answers 500 packets sends them together.
    setImmediate(() => {
      isFlushPlanned = false
      flush()
    })
  }

  async function finish(): Promise<void> {
    native.stopReceiving(handle)
    flush()
    if (begin < end) {
      const drained = Promise.withResolvers<void>()
      whenDrained = drained.resolve
      const deadline = setTimeout(drained.resolve, UDP_LIMITS.closeMs)
      await drained.promise
      clearTimeout(deadline)
    }
    isClosed = true
    for (; begin < end; begin += HEADER_BYTES + padded(queueWords[(begin >> 2) + LENGTH] ?? 0)) {
      counters['send-failed'].inc()
    }
    native.close(handle)
    collect()
  }

  const isAny = address.every((byte) => byte === 0)
  const flags =
    (options.reusePort === true ? FLAG_REUSE_PORT : 0) |
    // Bound to one address, that is the only one an answer can leave from.
    (isAny ? FLAG_ASK_LOCAL : 0)
  const handle: NativeSocket = native.open(
    address,
    options.port,
    flags,
    options.receiveBufferBytes,
    counted,
    (event) => {
      if (isClosed) return
      if (event === EVENT_READABLE) return readable()
      isBlocked = false
      flush()
    },
  )

  return {
    port: native.port(handle),
    send(bytes, to) {
      const needed = HEADER_BYTES + padded(bytes.length)
      if (isClosed || !makeRoom(needed)) {
        counters[isClosed ? 'send-failed' : 'send-queue-full'].inc()
        return
      }
      const { words, at } = to as PeerRecord
      const head = end >> 2
      for (let i = 0; i < LENGTH; i += 1) queueWords[head + i] = words[at + i] ?? 0
      queueWords[head + LENGTH] = bytes.length
      queue.set(bytes, end + HEADER_BYTES)
      end += needed
      planFlush()
    },
    peer(address, port) {
      const words = new Int32Array(HEADER_WORDS)
      new Uint8Array(words.buffer).set(address.bytes)
      words[PORT_AND_FAMILY] = port | ((address.bytes.length === 4 ? 4 : 6) << 16)
      return new PeerRecord(words, 0, new Uint8Array(0), address)
    },
    stopReceiving() {
      if (!isClosed) native.stopReceiving(handle)
    },
    close() {
      closing ??= finish()
      return closing
    },
  }
}
