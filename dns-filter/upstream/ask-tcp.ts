import { connect } from 'node:net'
import type { Ask, Asked } from './ask-udp.ts'
import { frame, TcpFrames } from '../message/tcp-frames.ts'

/** Asks once over a connection of its own, for answers that do not fit into a datagram. */
export function askTcp(ask: Ask): Promise<Asked> {
  const { promise, resolve } = Promise.withResolvers<Asked>()
  const socket = connect({ host: ask.upstream.host, port: ask.upstream.port, noDelay: true })
  const frames = new TcpFrames()

  function settle(asked: Asked): void {
    clearTimeout(timer)
    ask.open.delete(stop)
    socket.destroy()
    resolve(asked)
  }
  function stop(): void {
    settle('stopped')
  }
  const timer = setTimeout(() => settle('timeout'), ask.timeoutMs)
  ask.open.add(stop)
  socket.on('error', () => settle('unreachable'))
  socket.on('close', () => settle('unreachable'))
  socket.on('connect', () => socket.write(frame(ask.message)))
  socket.on('data', (chunk) => {
    frames.push(chunk)
    const message = frames.next()
    if (message === null) return
    if (ask.accept(message)) return settle(message)
    // On a connection nobody else can speak: this server answers something else than was asked.
    ask.onMismatch()
    settle('forged')
  })
  return promise
}
