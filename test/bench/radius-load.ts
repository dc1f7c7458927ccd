import { setTimeout as sleep } from 'node:timers/promises'
import { createMetrics } from '#core/metrics.ts'
import { sourceAddress } from '#core/udp/source-address.ts'
import { chooseUdpLayer } from '#core/udp/udp-layer.ts'
import { UDP_EVENTS } from '#core/udp/udp-socket.ts'
import type { Datagram, Peer, UdpSocket } from '#core/udp/udp-socket.ts'
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
  readonly kind: 'pap' | 'mac' | 'accounting'
  readonly port: number
  readonly secret: string
  readonly outstanding: number
  readonly warmUpSeconds: number
  readonly seconds: number
  /**
   * Packets made before the clock starts. Those of accounting are used once, and the run ends early
   * when there are no more; the others go round, each long after others have had its identifier.
   */
  readonly packets: number
  readonly accounts: number
  /** Of `mac`: 12 hexadecimal digits each. */
  readonly devices: readonly string[]
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
const IDENTIFIERS = 256
const LOST_MS = 3000
/** Far more than any server answers in the time of a run. */
const MOST_LATENCIES = 4_000_000

async function runLoad(load: Load): Promise<LoadResult> {
  const packets = PACKETS[load.kind](load)
  const isRound = load.kind !== 'accounting'
  const latencies = new Float64Array(MOST_LATENCIES)
  const tally = { answers: 0, sent: 0, lost: 0, wrong: 0, unsigned: 0, counting: false }
  const expected = isRound ? CODE.accessAccept : CODE.accountingResponse
  /** What each packet was answered the first time, found right: the same request has the same reply. */
  const right: (Buffer | undefined)[] = Array.from({ length: packets.length }, () => undefined)

  let ranOut = false
  const send = (line: Line, now: number): void => {
    if (line.next >= packets.length) {
      if (!isRound) ranOut = true
      line.next %= SOCKETS
    }
    const packet = packets[line.next]
    if (packet === undefined || ranOut) return
    const identifier = packet[1] ?? 0
    line.asked[identifier] = line.next
    line.sentAt[identifier] = now
    line.next += SOCKETS
    tally.sent++
    line.socket.send(packet, line.server)
  }

  const check = (reply: Buffer, index: number): void => {
    const packet = packets[index]
    if (packet === undefined || (right[index]?.equals(reply) ?? false)) return
    const isRight = reply[0] === expected && isReplyTo(reply, packet, load.secret)
    const isSigned = startsWithItsMessageAuthenticator(reply, packet, load.secret)
    if (!isRight) tally.wrong++
    if (!isSigned) tally.unsigned++
    if (isRight && isSigned && isRound) right[index] = reply
  }

  const receive = (line: Line, batch: readonly Datagram[]): void => {
    const now = performance.now()
    for (const { bytes } of batch) {
      const reply = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
      const identifier = reply[1] ?? 0
      const index = line.asked[identifier] ?? NONE
      if (index === NONE) continue
      line.asked[identifier] = NONE
      if (tally.counting) latencies[tally.answers++] = now - (line.sentAt[identifier] ?? now)
      check(reply, index)
      send(line, now)
    }
  }

  const lines = await Promise.all(
    Array.from({ length: SOCKETS }, (_, i) => openLine(i, load.port, receive)),
  )
  const sweeper = setInterval(() => {
    const now = performance.now()
    for (const line of lines) {
      for (const [identifier, index] of line.asked.entries()) {
        if (index === NONE || (line.sentAt[identifier] ?? 0) > now - LOST_MS) continue
        line.asked[identifier] = NONE
        tally.lost++
        send(line, now)
      }
    }
  }, 100)

  for (let i = 0; i < load.outstanding; i++) {
    const line = lines[i % SOCKETS]
    if (line !== undefined) send(line, performance.now())
  }
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
  await Promise.all(lines.map(({ socket }) => socket.close()))

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
    signed: isRound && tally.unsigned === 0,
    ranOut,
  }
}

const NONE = -1

interface Line {
  readonly socket: UdpSocket
  readonly server: Peer
  /** By identifier: the index of the packet that waits for its reply, and when it was sent. */
  readonly asked: Int32Array
  readonly sentAt: Float64Array
  /** The index of its next packet: a line takes every eighth one. */
  next: number
}

/** The batch layer of the product, without which this side would be the limit. */
async function openLine(
  next: number,
  port: number,
  receive: (line: Line, batch: readonly Datagram[]) => void,
): Promise<Line> {
  let line: Line | null = null
  const socket = await chooseUdpLayer('native').open({
    host: '127.0.0.1',
    port: 0,
    receiveBufferBytes: 1 << 20,
    counters: createMetrics().counters('udp_total', 'Of one line.', 'event', UDP_EVENTS),
    receive: (batch) => {
      if (line !== null) receive(line, batch)
    },
  })
  const address = sourceAddress('127.0.0.1')
  if (address === null) throw new Error('127.0.0.1 is an address')
  line = {
    socket,
    server: socket.peer(address, port),
    asked: new Int32Array(IDENTIFIERS).fill(NONE),
    sentAt: new Float64Array(IDENTIFIERS),
    next,
  }
  return line
}

/**
 * Every packet is another one: a server that knows a request again answers from its duplicate
 * cache, and that is not the work to measure. On each line the identifiers go round.
 */
function identifierOf(index: number): number {
  return Math.floor(index / SOCKETS) % IDENTIFIERS
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

/** A device that a gateway asks about: its address is name and password, as every vendor does it. */
function macPackets({ packets, secret, devices }: Load): readonly Buffer[] {
  return Array.from({ length: packets }, (_, i) => {
    const device = devices[i % devices.length] ?? ''
    return accessRequest({
      identifier: identifierOf(i),
      secret,
      attributes: [
        attribute(ATTRIBUTE.userName, device),
        attribute(ATTRIBUTE.nasIpAddress, Buffer.from([127, 0, 0, 1])),
        attribute(ATTRIBUTE.callingStationId, device.match(/../g)?.join('-') ?? ''),
      ],
      password: device,
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

const PACKETS = { pap: papPackets, mac: macPackets, accounting: accountingPackets } as const

// Last, so that the constants above are there.
if (import.meta.main) {
  const load = JSON.parse(process.argv[2] ?? '{}') as Load
  process.stdout.write(`${JSON.stringify(await runLoad(load))}\n`)
}
