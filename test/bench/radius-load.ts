import { createSocket } from 'node:dgram'
import type { Socket } from 'node:dgram'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  ATTRIBUTE,
  CODE,
  accessRequest,
  accountingRequest,
  attribute,
  isReplyTo,
  startsWithItsMessageAuthenticator,
} from '../support/peers/radius-packet.ts'
import type { Attribute } from '../support/peers/radius-packet.ts'
import { cpuSeconds } from './cpu.ts'

/** What the load is; one JSON argument, as this is a process of its own. */
export interface Load {
  readonly kind: 'pap' | 'accounting'
  readonly port: number
  readonly secret: string
  readonly outstanding: number
  readonly warmUpSeconds: number
  readonly seconds: number
  /** Packets made before the clock starts; the run ends early when they are used up. */
  readonly packets: number
  readonly accounts: number
  /** The processes whose CPU time is measured, with all below them. */
  readonly servers: readonly number[]
}

/** What it saw; one JSON line on stdout. Times in milliseconds. */
export interface LoadResult {
  readonly answers: number
  /** All packets, those of the warm-up too. */
  readonly sent: number
  readonly seconds: number
  readonly cpuSeconds: number
  readonly p50: number
  readonly p99: number
  readonly lost: number
  /** Replies whose authenticator or code is not the right one. */
  readonly wrong: number
  /** Whether replies of Access-Requests begin with a right Message-Authenticator. */
  readonly signed: boolean
  readonly ranOut: boolean
}

const SOCKETS = 8
const LOST_MS = 3000

interface Pending {
  readonly packet: Buffer
  readonly sentAt: number
}

async function runLoad(load: Load): Promise<LoadResult> {
  const packets = load.kind === 'pap' ? papPackets(load) : accountingPackets(load)
  const latencies = new Float64Array(packets.length)
  const tally = { answers: 0, sent: 0, lost: 0, wrong: 0, unsigned: 0, counting: false }
  const lines = await Promise.all(Array.from({ length: SOCKETS }, (_, i) => openLine(i)))
  const window = Math.max(1, Math.floor(load.outstanding / SOCKETS))
  const expected = load.kind === 'pap' ? CODE.accessAccept : CODE.accountingResponse

  let ranOut = false
  const send = (line: Line): void => {
    const packet = packets[line.next]
    if (packet === undefined) {
      ranOut = true
      return
    }
    line.next += SOCKETS
    tally.sent++
    line.pending.set(packet[1] ?? 0, { packet, sentAt: performance.now() })
    line.socket.send(packet, load.port, '127.0.0.1')
  }
  for (const line of lines) {
    line.socket.on('message', (reply) => {
      const asked = line.pending.get(reply[1] ?? 0)
      if (asked === undefined) return
      line.pending.delete(reply[1] ?? 0)
      if (tally.counting) latencies[tally.answers++] = performance.now() - asked.sentAt
      if (reply[0] !== expected || !isReplyTo(reply, asked.packet, load.secret)) tally.wrong++
      if (!startsWithItsMessageAuthenticator(reply, asked.packet, load.secret)) tally.unsigned++
      send(line)
    })
  }
  const sweeper = setInterval(() => {
    const old = performance.now() - LOST_MS
    for (const line of lines) {
      for (const [identifier, { sentAt }] of line.pending) {
        if (sentAt > old) continue
        line.pending.delete(identifier)
        tally.lost++
        send(line)
      }
    }
  }, 100)

  for (const line of lines) for (let i = 0; i < window; i++) send(line)
  await sleep(load.warmUpSeconds * 1000)
  tally.counting = true
  const [cpuBefore, began] = [cpuSeconds(load.servers), performance.now()]
  while (performance.now() - began < load.seconds * 1000 && !ranOut) {
    await sleep(20)
  }
  tally.counting = false
  const seconds = (performance.now() - began) / 1000
  const cpu = cpuSeconds(load.servers) - cpuBefore
  clearInterval(sweeper)
  for (const { socket } of lines) socket.close()

  const sorted = latencies.subarray(0, tally.answers).sort()
  const quantile = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? 0
  return {
    answers: tally.answers,
    sent: tally.sent,
    seconds,
    cpuSeconds: cpu,
    p50: quantile(0.5),
    p99: quantile(0.99),
    lost: tally.lost,
    wrong: tally.wrong,
    signed: load.kind === 'pap' && tally.unsigned === 0,
    ranOut,
  }
}

interface Line {
  readonly socket: Socket
  readonly pending: Map<number, Pending>
  /** The index of its next packet: a line takes every eighth one. */
  next: number
}

function openLine(next: number): Promise<Line> {
  return new Promise((resolve, reject) => {
    const socket = createSocket({ type: 'udp4', recvBufferSize: 1 << 20 })
    socket.once('error', reject)
    socket.bind(0, '127.0.0.1', () => resolve({ socket, pending: new Map(), next }))
  })
}

/**
 * Every packet is another one: a server that knows a request again answers from its duplicate
 * cache, and that is not the work to measure. On each line the identifiers go round.
 */
function identifierOf(index: number): number {
  return Math.floor(index / SOCKETS) % 256
}

function papPackets({ packets, secret, accounts }: Load): readonly Buffer[] {
  const nas = [
    attribute(ATTRIBUTE.nasIpAddress, Buffer.from([127, 0, 0, 1])),
    attribute(ATTRIBUTE.callingStationId, '02-00-5E-10-00-01'),
  ]
  return Array.from({ length: packets }, (_, i) => {
    const user = `user${i % accounts}`
    return accessRequest({
      identifier: identifierOf(i),
      secret,
      attributes: [attribute(ATTRIBUTE.userName, user), ...nas],
      password: `password of ${user}`,
    })
  })
}

const STATUS = { start: 1, stop: 2, interim: 3 } as const

/** Sessions of three packets each, a thousand sessions apart from their next one. */
function accountingPackets({ packets, secret }: Load): readonly Buffer[] {
  const group = 1000
  const steps = [STATUS.start, STATUS.interim, STATUS.stop]
  const run = `${process.pid}-${Date.now().toString(36)}`
  const now = Math.floor(Date.now() / 1000)
  return Array.from({ length: packets }, (_, i) => {
    const step = Math.floor(i / group) % steps.length
    const session = Math.floor(i / (group * steps.length)) * group + (i % group)
    const mac = [0x02, 0x10, session >> 24, session >> 16, session >> 8, session]
    const spelled = mac.map((byte) => (byte & 255).toString(16).padStart(2, '0')).join('-')
    const counters: readonly Attribute[] =
      step === 0
        ? []
        : [
            attribute(ATTRIBUTE.acctSessionTime, step * 600),
            attribute(ATTRIBUTE.acctInputOctets, step * 100_000),
            attribute(ATTRIBUTE.acctOutputOctets, step * 900_000),
          ]
    return accountingRequest(identifierOf(i), secret, [
      attribute(ATTRIBUTE.acctStatusType, steps[step] ?? STATUS.start),
      attribute(ATTRIBUTE.userName, `user${session % 1000}`),
      attribute(ATTRIBUTE.acctSessionId, `${run}-${session}`),
      attribute(ATTRIBUTE.nasIpAddress, Buffer.from([127, 0, 0, 1])),
      attribute(ATTRIBUTE.callingStationId, spelled),
      attribute(
        ATTRIBUTE.framedIpAddress,
        Buffer.from([10, 20, (session >> 8) & 255, session & 255]),
      ),
      attribute(ATTRIBUTE.eventTimestamp, now),
      ...counters,
    ])
  })
}

// Last, so that the constants above are there.
if (import.meta.main) {
  const load = JSON.parse(process.argv[2] ?? '{}') as Load
  process.stdout.write(`${JSON.stringify(await runLoad(load))}\n`)
}
