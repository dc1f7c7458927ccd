import { connect } from 'node:net'
import type { ListenAddress } from '#core/listen.ts'
import { frame, TcpFrames } from '../message/tcp-frames.ts'
import type { Ask, Asked } from './ask.ts'
import { startTry } from './ask.ts'

/** Asks once over a connection of its own, for answers that do not fit into a datagram. */
export function askTcp(upstream: ListenAddress, ask: Ask): Promise<Asked> {
  const socket = connect({ host: upstream.host, port: upstream.port, noDelay: true })
  const frames = new TcpFrames()
  const { asked, settle } = startTry(ask, () => socket.destroy())
  socket.on('error', () => settle('unreachable'))
  socket.on('close', () => settle('unreachable'))
  socket.on('connect', () => socket.write(frame(ask.message)))
  socket.on('data', (chunk) => {
    frames.push(chunk)
    const message = frames.next()
    if (message === null) return
    // The spelling proves nothing here: on a connection nobody else can speak.
    if (ask.judge(message) !== 'foreign') return settle(message)
    ask.onMismatch()
    settle('forged')
  })
  return asked
}
