import { createSocket } from 'node:dgram'
import type { SecureVersion } from 'node:tls'
import { EAP_TYPE } from '../../radius-server/eap/eap-packet.ts'
import { logIn, papAvps } from '../../radius-server/testing/peer.ts'
import type { PeerOptions } from '../../radius-server/testing/peer.ts'
import { CODE } from '../support/peers/radius-packet.ts'
import { cpuSeconds } from './cpu.ts'
import type { Measure } from './row.ts'

/** What the load is; one JSON argument, as this is a process of its own. */
export interface EapLoad {
  readonly port: number
  readonly version: SecureVersion
  /** Whether each login but a device's first resumes what that one began. */
  readonly isResumed: boolean
  readonly devices: number
  /** Before the clock starts: until then our code is not compiled, which no server waits for each day. */
  readonly warmUp: number
  readonly logins: number
  readonly accounts: number
  readonly caPem: string
  readonly serverName: string
  /** By device: then it is EAP-TLS, and no name and password. */
  readonly certificates?: readonly { readonly certPem: string; readonly keyPem: string }[]
  /** Signature algorithms that the devices know, which choose between the server's certificates. */
  readonly sigalgs: string
  /** The processes whose CPU time is measured, with all below them. */
  readonly servers: readonly number[]
}

const TIMEOUT_MS = 5_000

/** A device with a port of its own, so that its identifiers are its own too. */
async function openLine(port: number): Promise<{
  send: (service: unknown, request: Uint8Array) => Promise<Buffer | null>
  close: () => void
}> {
  const socket = createSocket('udp4')
  let heard: ((reply: Buffer | null) => void) | null = null
  socket.on('message', (bytes) => heard?.(bytes))
  const connected = Promise.withResolvers<void>()
  socket.connect(port, '127.0.0.1', connected.resolve)
  await connected.promise
  return {
    send: (_, request) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => resolve(null), TIMEOUT_MS)
        heard = (reply) => {
          clearTimeout(timer)
          resolve(reply)
        }
        socket.send(request)
      }),
    close: () => socket.close(),
  }
}

function withCertificate({ certificates }: EapLoad, device: number): Partial<PeerOptions> {
  const own = certificates?.[device]
  return own === undefined ? {} : { type: EAP_TYPE.TLS, device: own }
}

async function runLoad(load: EapLoad): Promise<Measure> {
  const latencies: number[] = []
  const tally = { done: 0, lost: 0, wrong: 0, counting: false, ended: false }
  let awaited = { done: Number.POSITIVE_INFINITY, reached: Promise.withResolvers<void>() }
  const until = async (done: number): Promise<void> => {
    awaited = { done, reached: Promise.withResolvers<void>() }
    await awaited.reached.promise
  }

  async function live(device: number): Promise<void> {
    const line = await openLine(load.port)
    const user = `user${device % load.accounts}`
    const peer: PeerOptions = {
      version: load.version,
      caPem: load.caPem,
      serverName: load.serverName,
      sigalgs: load.sigalgs,
      // As wpa_supplicant on Debian 12 does it.
      groups: 'X25519:P-256',
      waits: true,
      station: `02-00-5E-30-00-${device.toString(16).padStart(2, '0')}`,
      ...withCertificate(load, device),
    }
    const inner = papAvps(user, `password of ${user}`)
    let session: Buffer | undefined
    while (!tally.ended) {
      const began = performance.now()
      const said: Partial<PeerOptions> =
        load.isResumed && session !== undefined ? { session } : { inner }
      const done = await logIn(line, { ...peer, ...said })
      session ??= done.sessions.at(-1)
      tally.done += 1
      if (tally.done >= awaited.done) awaited.reached.resolve()
      if (!tally.counting) continue
      if (done.reply === null) tally.lost += 1
      else if (done.reply.code !== CODE.accessAccept || done.isResumed !== load.isResumed) {
        tally.wrong += 1
      } else latencies.push(performance.now() - began)
    }
    line.close()
  }

  const devices = Array.from({ length: load.devices }, (_, device) => live(device))
  await until(load.warmUp)
  tally.counting = true
  const [cpuBefore, began] = [cpuSeconds(load.servers), performance.now()]
  await until(load.warmUp + load.logins)
  tally.counting = false
  const seconds = (performance.now() - began) / 1000
  const cpu = cpuSeconds(load.servers) - cpuBefore
  tally.ended = true
  await Promise.all(devices)

  const sorted = Float64Array.from(latencies).sort()
  const quantile = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? 0
  return {
    answers: latencies.length,
    seconds,
    cpuSeconds: cpu,
    p50: quantile(0.5),
    p99: quantile(0.99),
    lost: tally.lost,
    wrong: tally.wrong,
  }
}

// Last, so that the constants above are there.
if (import.meta.main) {
  const load = JSON.parse(process.argv[2] ?? '{}') as EapLoad
  process.stdout.write(`${JSON.stringify(await runLoad(load))}\n`)
}
