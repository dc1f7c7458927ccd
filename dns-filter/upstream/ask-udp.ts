import { createSocket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import type { ListenAddress } from '#core/listen.ts'
import { LIMITS } from '../limits.ts'

/** What came of one try; bytes are an answer that `accept` took. */
export type Asked = Uint8Array | 'timeout' | 'unreachable' | 'forged' | 'stopped'

export interface Ask {
  readonly upstream: ListenAddress
  readonly message: Uint8Array
  readonly timeoutMs: number
  /** Is this the answer to the message? */
  readonly accept: (bytes: Uint8Array) => boolean
  readonly onMismatch: () => void
  /** Holds a way to end each try that is under way. */
  readonly open: Set<() => void>
}

/**
 * Asks once, over a socket of its own. A socket a question costs some 60 µs, and only on a cache
 * miss; in return the port is the kernel's random choice each time (RFC 5452 section 9.2), closed as
 * soon as the answer is there, and, being connected, deaf to every other address and port, also to
 * the ICMP probing of SAD DNS; a dead upstream is known at once from its port unreachable.
 */
export function askUdp(ask: Ask): Promise<Asked> {
  const { promise, resolve } = Promise.withResolvers<Asked>()
  const isV6 = isIPv6(ask.upstream.host)
  const socket = createSocket({
    type: isV6 ? 'udp6' : 'udp4',
    // The host is an address: nothing to look up, and no detour through the thread pool.
    lookup: (host, _options, callback) => callback(null, host, isV6 ? 6 : 4),
  })
  let mismatches = 0
  let isSettled = false

  function settle(asked: Asked): void {
    if (isSettled) return
    isSettled = true
    clearTimeout(timer)
    ask.open.delete(stop)
    socket.close()
    resolve(asked)
  }
  function stop(): void {
    settle('stopped')
  }
  const timer = setTimeout(() => settle('timeout'), ask.timeoutMs)
  ask.open.add(stop)
  socket.on('error', () => settle('unreachable'))
  socket.on('message', (bytes) => {
    if (ask.accept(bytes)) return settle(bytes)
    ask.onMismatch()
    if (++mismatches > LIMITS.upstreamMismatches) settle('forged')
  })
  socket.once('connect', () => {
    if (!isSettled) socket.send(ask.message)
  })
  socket.connect(ask.upstream.port, ask.upstream.host)
  return promise
}
