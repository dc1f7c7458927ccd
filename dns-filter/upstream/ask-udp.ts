import { createSocket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import type { ListenAddress } from '#core/listen.ts'
import { LIMITS } from '../limits.ts'
import type { Ask, Asked } from './ask.ts'
import { startTry } from './ask.ts'

/**
 * Asks once, over a socket of its own. A socket a question costs some 60 µs, and only on a cache
 * miss; in return the port is the kernel's random choice each time (RFC 5452 section 9.2), closed as
 * soon as the answer is there, and, being connected, deaf to every other address and port, also to
 * the ICMP probing of SAD DNS; a dead upstream is known at once from its port unreachable.
 */
export function askUdp(upstream: ListenAddress, ask: Ask): Promise<Asked> {
  const isV6 = isIPv6(upstream.host)
  const socket = createSocket({
    type: isV6 ? 'udp6' : 'udp4',
    // The host is an address: nothing to look up, and no detour through the thread pool.
    lookup: (host, _options, callback) => callback(null, host, isV6 ? 6 : 4),
  })
  let mismatches = 0
  let isOver = false
  const { asked, settle } = startTry(ask, () => {
    isOver = true
    socket.close()
  })
  socket.on('error', () => settle('unreachable'))
  socket.on('message', (bytes) => {
    const verdict = ask.judge(bytes)
    if (verdict === 'taken') return settle(bytes)
    ask.onMismatch()
    if (verdict === 'misspelt') settle('misspelt')
    else if (++mismatches > LIMITS.upstreamMismatches) settle('forged')
  })
  socket.once('connect', () => {
    if (!isOver) socket.send(ask.message)
  })
  socket.connect(upstream.port, upstream.host)
  return asked
}
