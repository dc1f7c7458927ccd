import { randomInt } from 'node:crypto'
import { connect } from 'node:tls'
import type { DnsUpstream } from '#core/dns-upstream.ts'
import { UnderWay } from '#core/under-way.ts'
import { LIMITS } from '../limits.ts'
import { uint16At } from '../message/name.ts'
import { frame, TcpFrames } from '../message/tcp-frames.ts'
import type { Ask, Asked } from './ask.ts'
import { startTry } from './ask.ts'
import { isUntrusted, withId } from './link.ts'
import type { Link, Trust } from './link.ts'

/** Settled with `gone` when the connection ended before the answer came. */
type OnAnswer = (answer: Uint8Array | 'gone' | 'untrusted') => void

interface Pipe {
  readonly isOpen: boolean
  /** Questions of before were answered over it. */
  readonly isProven: boolean
  send(message: Uint8Array, onAnswer: OnAnswer): () => void
  close(): void
}

/** DNS over TLS, RFC 7858: many questions at once over one connection, told apart by their ids. */
export function createTlsLink(upstream: DnsUpstream, trust: Trust): Link {
  let pipe: Pipe | null = null
  let session: Buffer | undefined

  function openPipe(): Pipe {
    if (pipe?.isOpen === true) return pipe
    pipe = connectPipe(
      upstream,
      { ...trust, ...(session === undefined ? {} : { session }) },
      (ticket) => {
        session = ticket
      },
    )
    return pipe
  }

  function askOnce(ask: Ask): Promise<Asked | 'gone'> {
    const own = openPipe()
    let isGone = false
    let forget = (): void => {}
    const { asked, settle } = startTry(ask, () => forget())
    forget = own.send(ask.message, (answer) => {
      if (answer === 'gone') {
        isGone = own.isProven
        return settle('unreachable')
      }
      if (answer === 'untrusted') return settle('untrusted')
      if (ask.judge(answer) !== 'foreign') return settle(answer)
      ask.onMismatch()
      settle('forged')
    })
    return asked.then((got) => (isGone ? 'gone' : got))
  }

  return {
    async ask(ask) {
      const first = await askOnce(ask)
      if (first !== 'gone') return first
      // The server closed what was idle while the question was on its way (RFC 7766 section 6.2.4).
      const second = await askOnce(ask)
      return second === 'gone' ? 'unreachable' : second
    },
    close: () => pipe?.close(),
  }
}

function connectPipe(
  upstream: DnsUpstream,
  options: Trust & { readonly session?: Buffer },
  onSession: (session: Buffer) => void,
): Pipe {
  const waiting = new UnderWay<OnAnswer>()
  const frames = new TcpFrames()
  let isOpen = true
  let isProven = false
  const socket = connect({
    ...options,
    host: upstream.host,
    port: upstream.port,
    // An address is no server name; the certificate is then held against the address itself.
    ...(upstream.name === null ? {} : { servername: upstream.name }),
    ALPNProtocols: ['dot'],
    minVersion: 'TLSv1.2',
  })
  socket.setNoDelay(true)

  function end(why: 'gone' | 'untrusted'): void {
    isOpen = false
    socket.destroy()
    for (const onAnswer of waiting.takeAll()) onAnswer(why)
  }
  socket.on('session', onSession)
  socket.on('error', (error) => end(isUntrusted(error) ? 'untrusted' : 'gone'))
  socket.on('close', () => end('gone'))
  socket.setTimeout(LIMITS.upstreamIdle, () => {
    if (waiting.size === 0) end('gone')
  })
  socket.on('data', (chunk) => {
    frames.push(chunk)
    for (let message = frames.next(); message !== null; message = frames.next()) {
      const id = message.length < 2 ? -1 : uint16At(message, 0)
      const onAnswer = waiting.get(id)
      // It may have been given up.
      if (onAnswer === undefined) continue
      waiting.delete(id)
      isProven = true
      onAnswer(message)
    }
  })

  return {
    get isOpen() {
      return isOpen
    },
    get isProven() {
      return isProven
    },
    send(message, onAnswer) {
      if (waiting.size >= LIMITS.upstreamPipelined) {
        onAnswer('gone')
        return () => {}
      }
      let id = randomInt(0x10000)
      while (waiting.get(id) !== undefined) id = randomInt(0x10000)
      const own = uint16At(message, 0)
      waiting.add(id, (answer) =>
        onAnswer(typeof answer === 'string' ? answer : withId(answer, own)),
      )
      socket.write(frame(withId(message, id)))
      return () => waiting.delete(id)
    },
    close: () => end('gone'),
  }
}
