import { createSocket } from 'node:dgram'
import type { Socket } from 'node:dgram'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Ports } from '../support/peers/product.ts'
import { ATTRIBUTE, CODE, decode, isReplyTo, isSignedBy } from '../support/peers/radius-packet.ts'
import { mutate, seededRandom } from './mutate.ts'
import type { Random } from './mutate.ts'
import { readSeeds } from './seeds.ts'
import { ownBytes, udpQueue } from './udp-queue.ts'

export interface PortReport {
  readonly port: 'radius' | 'radiusAcct' | 'dns'
  readonly sent: number
  readonly replies: number
  /** Replies to what nobody can have authenticated, in hex: there must be none. */
  readonly unearned: readonly string[]
  /** Datagrams the kernel dropped unread: they tested nothing. */
  readonly dropped: number
  readonly seconds: number
}

export interface FuzzReport {
  readonly seed: number
  readonly ports: readonly PortReport[]
  readonly warmBytes: number
  readonly endBytes: number
}

export const PACKETS_PER_PORT = 100_000
/** After the warm-up memory may move by what a garbage collector leaves, and by no more. */
export const MEMORY_BOUND_BYTES = 48 * 1024 * 1024

const WARM_UP_SHARE = 0.5
const BATCH = 50
/** Send only while less than this waits: the product sets the pace and nothing is lost. */
const WAITING_BYTES = 64 * 1024
const KEPT_PACKETS = 10_000
const SECRET_OF_THIS_ADDRESS = 'testing123'

/** Damaged packets at each UDP port of the running product, from an address it knows. */
export async function fuzzUdpPorts(o: {
  readonly ports: Ports
  readonly pid: number
  readonly seed: number
  readonly packets?: number
  readonly only?: readonly PortReport['port'][]
}): Promise<FuzzReport> {
  const seeds = readSeeds()
  const random = seededRandom(o.seed)
  const packets = o.packets ?? PACKETS_PER_PORT
  const targets: readonly Target[] = [
    createTarget('radius', o.ports.radius, seeds.radius, maybeAnswered),
    createTarget('radiusAcct', o.ports.radiusAcct, seeds.accounting, isSigned),
    createTarget('dns', o.ports.dns, seeds.dns, () => true),
  ].filter(({ name }) => o.only?.includes(name) ?? true)
  try {
    for (const target of targets) await shoot(target, packets * WARM_UP_SHARE, random, o.pid)
    const warmBytes = await settledBytes(o.pid)
    for (const target of targets) await shoot(target, packets * (1 - WARM_UP_SHARE), random, o.pid)
    const endBytes = await settledBytes(o.pid)
    return { seed: o.seed, ports: targets.map((target) => target.report()), warmBytes, endBytes }
  } finally {
    for (const target of targets) target.socket.close()
  }
}

interface Target {
  readonly name: PortReport['port']
  readonly socket: Socket
  readonly port: number
  readonly seeds: readonly Buffer[]
  spent(seconds: number): void
  sent(packet: Buffer): void
  report(): PortReport
}

function createTarget(
  name: PortReport['port'],
  port: number,
  seeds: readonly Buffer[],
  mayBeAnswered: (packet: Buffer) => boolean,
): Target {
  const socket = createSocket('udp4')
  const droppedBefore = udpQueue(port).dropped
  // By identifier, the packets a reply could be to, newest first. A password is checked for a tenth of a
  // second on a busy machine, and thousands are sent meanwhile.
  const recent = new Map<number, Buffer[]>()
  const unearned: string[] = []
  let replies = 0
  let count = 0
  let seconds = 0
  socket.on('error', () => undefined)
  socket.on('message', (reply) => {
    replies++
    if (name === 'dns') {
      if (((reply[2] ?? 0) & 0x80) === 0) unearned.push(reply.toString('hex'))
      return
    }
    // Damage may give many packets one identifier and one authenticator: any of them may have
    // been the one that was answered.
    const isAsked = (packet: Buffer): boolean => isReplyTo(reply, packet, SECRET_OF_THIS_ADDRESS)
    const known = recent.get(reply[1] ?? 0) ?? []
    if (known.some((packet) => isAsked(packet) && mayBeAnswered(packet))) return
    const asked = known.find(isAsked)
    unearned.push(`${reply.toString('hex')} to ${asked?.toString('hex') ?? 'nothing'}`)
  })
  return {
    name,
    socket,
    port,
    seeds,
    spent: (more) => void (seconds += more),
    sent(packet) {
      count++
      const identifier = packet[1] ?? 0
      const known = recent.get(identifier) ?? []
      recent.set(identifier, known)
      known.unshift(packet)
      if (known.length > KEPT_PACKETS) known.pop()
    },
    report: () => ({
      port: name,
      sent: count,
      replies,
      unearned,
      dropped: udpQueue(port).dropped - droppedBefore,
      seconds,
    }),
  }
}

async function shoot(target: Target, packets: number, random: Random, pid: number): Promise<void> {
  const { socket, port, seeds } = target
  const began = performance.now()
  for (let left = Math.round(packets); left > 0; left -= BATCH) {
    for (let i = Math.min(BATCH, left); i > 0; i--) {
      const packet = mutate(seeds, random)
      target.sent(packet)
      socket.send(packet, port, '127.0.0.1')
    }
    await sleep(0)
    for (let waits = 0; udpQueue(port).waiting > WAITING_BYTES; waits++) {
      process.kill(pid, 0)
      if (waits > 5000) throw new Error(`port ${port} reads nothing any more`)
      await sleep(2)
    }
  }
  while (udpQueue(port).waiting > 0) await sleep(5)
  await sleep(300)
  target.spent((performance.now() - began) / 1000)
}

/**
 * RFC 2865 lets a server answer a well-formed Access-Request without Message-Authenticator: only a
 * password under the wrong secret, hence a reject. With EAP or Proxy-State it must be silent, unless a
 * seed that was signed came through the mutations as it was, or with something behind its end.
 */
function maybeAnswered(packet: Buffer): boolean {
  if (isSigned(packet)) return true
  const length = packet.length < 20 ? 0 : packet.readUInt16BE(2)
  if (packet[0] !== CODE.accessRequest || length < 20 || length > packet.length) return false
  for (let at = 20; at < length; at += packet[at + 1] ?? 0) {
    if ((packet[at + 1] ?? 0) < 2 || at + (packet[at + 1] ?? 0) > length) return false
  }
  const needProof = new Set<number>([
    ATTRIBUTE.eapMessage,
    ATTRIBUTE.proxyState,
    ATTRIBUTE.messageAuthenticator,
  ])
  return decode(packet).attributes.every(({ type }) => !needProof.has(type))
}

function isSigned(packet: Buffer): boolean {
  return isSignedBy(SECRET_OF_THIS_ADDRESS, packet)
}

/** The least of a few looks: what the collector can give back is not a leak. */
export async function settledBytes(pid: number): Promise<number> {
  const looks: number[] = []
  for (let i = 0; i < 10; i++) {
    looks.push(ownBytes(pid))
    await sleep(200)
  }
  return Math.min(...looks)
}
