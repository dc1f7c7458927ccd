import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { BoundedMap } from '#core/bounded-map.ts'
import type { Clock } from '#core/clock.ts'
import type { SourceAddress } from '#core/udp/source-address.ts'
import type { UdpLayer } from '#core/udp/udp-layer.ts'
import type { Datagram, UdpCounters, UdpSocket } from '#core/udp/udp-socket.ts'
import { sharedSecret } from '../shared-secret.ts'
import type { DynamicReply } from './dynamic-request.ts'
import type { FormRequest } from './forms.ts'
import { Pending } from './pending.ts'

/** RFC 5080 §2.2.1; the ladder tries again in other forms, so each is sent only three times. */
const RETRANSMISSION = { initialMs: 2_000, mostMs: 16_000, count: 3 } as const

const UDP_LIMITS = {
  /** Gateways asked lately; one is a few hundred bytes. */
  gateways: 4096,
  receiveBufferBytes: 256 * 1024,
} as const

/** Asks gateways from a socket of its own, and repeats what is not answered. */
export interface UdpAsker {
  ask(
    to: { readonly address: SourceAddress; readonly port: number; readonly secret: string },
    request: FormRequest,
  ): Promise<DynamicReply | null>
  stop(): Promise<void>
}

export function createUdpAsker(
  deps: { readonly layer: UdpLayer; readonly counters: UdpCounters; readonly clock: Clock },
  times: {
    readonly initialMs: number
    readonly mostMs: number
    readonly count: number
  } = RETRANSMISSION,
): UdpAsker {
  const sockets = new Map<number, Promise<UdpSocket>>()
  const pendings = new BoundedMap<string, readonly OfSecret[]>({
    limit: UDP_LIMITS.gateways,
    clock: deps.clock,
    onEvict: (_, ofSecrets) => end(ofSecrets),
  })
  const stopping = new AbortController()

  function receive(batch: readonly Datagram[]): void {
    for (const { address, port, bytes } of batch) {
      pendings.get(`${address.text} ${port}`)?.some(({ requests }) => requests.receive(bytes))
    }
  }

  function socketFor({ bytes }: SourceAddress): Promise<UdpSocket> {
    const known = sockets.get(bytes.length)
    if (known !== undefined) return known
    const opening = deps.layer.open({
      host: bytes.length === 4 ? '0.0.0.0' : '::',
      port: 0,
      receiveBufferBytes: UDP_LIMITS.receiveBufferBytes,
      counters: deps.counters,
      receive,
    })
    sockets.set(bytes.length, opening)
    // The next one tries again.
    opening.catch(() => sockets.delete(bytes.length))
    return opening
  }

  function pendingFor(key: string, secret: string): Pending {
    const ofSecrets = pendings.get(key) ?? []
    const known = ofSecrets.find((one) => one.secret === secret)
    if (known !== undefined) return known.requests
    const requests = new Pending(sharedSecret(secret), deps.clock, randomInt(256))
    end(ofSecrets.slice(SECRETS - 1))
    pendings.set(key, [{ secret, requests }, ...ofSecrets.slice(0, SECRETS - 1)])
    return requests
  }

  return {
    async ask({ address, port, secret }, request) {
      const socket = await socketFor(address)
      const open = pendingFor(`${address.text} ${port}`, secret).open(request)
      if (open === null) return null
      const answered = new AbortController()
      void open.reply.then(() => answered.abort())
      const signal = AbortSignal.any([answered.signal, stopping.signal])
      const to = socket.peer(address, port)
      let wait: number = times.initialMs * jitter(1)
      for (let sent = 0; sent < times.count && !signal.aborted; sent += 1) {
        socket.send(open.bytes, to)
        await sleep(wait, undefined, { signal }).catch(() => {})
        wait = Math.min(wait * jitter(2), times.mostMs * jitter(1))
      }
      open.giveUp()
      return open.reply
    },
    async stop() {
      stopping.abort()
      for (const [, ofSecrets] of pendings.entries()) end(ofSecrets)
      const open = await Promise.allSettled(sockets.values())
      await Promise.all(
        open.flatMap((socket) => (socket.status === 'fulfilled' ? [socket.value.close()] : [])),
      )
    },
  }
}

/** While its secret is being changed a gateway is asked with either. */
const SECRETS = 2

interface OfSecret {
  readonly secret: string
  readonly requests: Pending
}

function end(ofSecrets: readonly OfSecret[]): void {
  for (const { requests } of ofSecrets) requests.end()
}

/** Many gateways that were asked at once must not be asked again at once. */
function jitter(factor: number): number {
  return factor + randomInt(-100, 101) / 1000
}
