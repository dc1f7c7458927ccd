import { createSocket } from 'node:dgram'
import type { Socket } from 'node:dgram'
import { ATTRIBUTE, CODE, accountingRequest, attribute, isReplyTo } from './radius-packet.ts'

/** What the server has acknowledged of one session. */
export interface LoadSession {
  readonly mac: string
  readonly ip: string
  /** Seconds, by the gateway's clock; null before the first packet. */
  startedAt: number | null
  /** 0: nothing, 1: Start, 2: the Interim with the address, 3: Stop. */
  acknowledged: 0 | 1 | 2 | 3
}

/** Gateways that account for sessions as fast as they are answered, and send again until they are. */
export interface AccountingLoad extends AsyncDisposable {
  readonly sessions: readonly LoadSession[]
  readonly acknowledged: number
  /** Begins no new sessions, and waits for the answers to what is out; false: they did not come. */
  finish(ms: number): Promise<boolean>
}

const SOCKETS = 4
const AGAIN_MS = 1000
const STATUS = [1, 3, 2] as const

interface Line {
  readonly socket: Socket
  readonly outstanding: Map<number, Outstanding>
  identifier: number
}

interface Outstanding {
  readonly packet: Buffer
  readonly session: LoadSession
  readonly step: 0 | 1 | 2
  sentAt: number
  tries: number
}

export async function startAccountingLoad(o: {
  readonly port: number
  /** A second server, which a packet that was not answered is sent to, in turn with the first. */
  readonly secondPort?: number
  readonly secret: string
  readonly outstanding: number
  /** Different for each load of a test: no two of them share a device. */
  readonly run: number
  /** Packets a second, so that a long fault does not make a long test. */
  readonly perSecond: number
}): Promise<AccountingLoad> {
  const sessions: LoadSession[] = []
  const lines: readonly Line[] = await Promise.all(Array.from({ length: SOCKETS }, openLine))
  let acknowledged = 0
  let isEnding = false
  let allowance = 0

  function send(line: Line, session: LoadSession, step: 0 | 1 | 2): void {
    do line.identifier = (line.identifier + 1) % 256
    while (line.outstanding.has(line.identifier))
    const now = Math.floor(Date.now() / 1000)
    session.startedAt ??= now
    const packet = accountingRequest(line.identifier, o.secret, [
      attribute(ATTRIBUTE.acctStatusType, STATUS[step]),
      attribute(ATTRIBUTE.acctSessionId, `load-${session.mac}`),
      attribute(ATTRIBUTE.callingStationId, session.mac),
      attribute(ATTRIBUTE.nasIpAddress, Buffer.from([127, 0, 0, 1])),
      ...(step === 0
        ? []
        : [attribute(ATTRIBUTE.framedIpAddress, Buffer.from(session.ip.split('.').map(Number)))]),
      // As gateways with a clock do: a packet that is sent again says when it was first sent.
      attribute(ATTRIBUTE.eventTimestamp, now),
      attribute(ATTRIBUTE.acctSessionTime, now - session.startedAt),
    ])
    line.outstanding.set(line.identifier, {
      packet,
      session,
      step,
      sentAt: performance.now(),
      tries: 1,
    })
    line.socket.send(packet, o.port, '127.0.0.1')
  }

  function begin(line: Line): void {
    const n = sessions.length
    const mac = [0x02, o.run, n >> 24, n >> 16, n >> 8, n]
      .map((byte) => (byte & 255).toString(16).padStart(2, '0'))
      .join(':')
    const ip = `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`
    const session: LoadSession = { mac, ip, startedAt: null, acknowledged: 0 }
    sessions.push(session)
    send(line, session, 0)
  }

  for (const line of lines) {
    line.socket.on('message', (reply) => {
      const asked = line.outstanding.get(reply[1] ?? 0)
      if (asked === undefined || reply[0] !== CODE.accountingResponse) return
      if (!isReplyTo(reply, asked.packet, o.secret)) return
      line.outstanding.delete(reply[1] ?? 0)
      acknowledged += 1
      const { session, step } = asked
      session.acknowledged = step === 0 ? 1 : step === 1 ? 2 : 3
      if (step === 0) send(line, session, 1)
      else if (step === 1) send(line, session, 2)
    })
  }
  const timer = setInterval(() => {
    const now = performance.now()
    allowance = Math.min(allowance + o.perSecond / 3 / 100, o.outstanding)
    for (const line of lines) {
      for (const asked of line.outstanding.values()) {
        if (now - asked.sentAt < AGAIN_MS) continue
        asked.sentAt = now
        const port = asked.tries % 2 === 1 ? (o.secondPort ?? o.port) : o.port
        asked.tries += 1
        line.socket.send(asked.packet, port, '127.0.0.1')
      }
      const room = Math.floor(o.outstanding / SOCKETS)
      for (; allowance >= 1 && !isEnding && line.outstanding.size < room; allowance -= 1)
        begin(line)
    }
  }, 10)

  return {
    sessions,
    get acknowledged() {
      return acknowledged
    },
    async finish(ms) {
      isEnding = true
      for (const end = Date.now() + ms; Date.now() < end;) {
        if (lines.every(({ outstanding }) => outstanding.size === 0)) return true
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
      return false
    },
    [Symbol.asyncDispose]() {
      clearInterval(timer)
      for (const { socket } of lines) socket.close()
      return Promise.resolve()
    },
  }
}

function openLine(): Promise<Line> {
  return new Promise((resolve, reject) => {
    const socket = createSocket({ type: 'udp4', recvBufferSize: 1 << 20 })
    socket.once('error', reject)
    socket.bind(0, '127.0.0.1', () => {
      // A port that nobody listens on while the product is dead is no error here.
      socket.off('error', reject).on('error', () => {})
      resolve({ socket, outstanding: new Map(), identifier: 0 })
    })
  })
}
