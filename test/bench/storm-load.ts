import { createSocket } from 'node:dgram'
import type { Socket } from 'node:dgram'
import { setTimeout as sleep } from 'node:timers/promises'
import { logIn, papAvps } from '../../radius-server/testing/peer.ts'
import {
  ATTRIBUTE,
  CODE,
  accessRequest,
  accountingRequest,
  attribute,
  isReplyTo,
} from '../support/peers/radius-packet.ts'

/** What the storm is; one JSON argument, as this is a process of its own. */
export interface StormLoad {
  readonly authPort: number
  readonly acctPort: number
  readonly secret: string
  /** Different for each storm at one server: no two of them share a session. */
  readonly run: number
  readonly gateways: number
  readonly devicesEach: number
  /** All come back in this time: a gateway at a moment of its own, its devices after it. */
  readonly withinMs: number
  readonly accounts: number
  readonly caPem: string
  readonly serverName: string
  /** Of a hundred devices: how many log in by EAP-TTLS and how many by PAP; the others by their MAC address. */
  readonly eapShare: number
  readonly papShare: number
}

/** What it saw; one JSON line on stdout. */
export interface StormResult {
  readonly gateways: number
  readonly devices: number
  /** Let in, and the start of their connection acknowledged. */
  readonly devicesIn: number
  /** Gateways all of whose devices are in. */
  readonly gatewaysIn: number
  /** Packets that were sent for the first time, and those that were sent again. */
  readonly sent: number
  readonly again: number
  /** The most often that one packet was sent again. */
  readonly mostAgain: number
  /** Packets to which the server, which had already answered somebody, said nothing before they were sent again. */
  readonly ignored: number
  readonly wrong: number
  /** From a device's first packet until it was in, milliseconds. */
  readonly login: { readonly p50: number; readonly p99: number; readonly most: number }
  readonly seconds: number
}

/** As gateways do it: after 2 s, and twice as long after each time, until they take a server for dead. */
const FIRST_WAIT_MS = 2_000
const TRIES = 6
const STATUS = { start: 1, on: 7 } as const

/** 127.16.0.1, 127.16.0.2, …: an address of its own for each gateway, on loopback. */
export function gatewayAddress(index: number): string {
  return `127.${16 + Math.floor(index / 62_500)}.${Math.floor(index / 250) % 250}.${(index % 250) + 1}`
}

export function deviceMac(gateway: number, device: number): string {
  const number = 0x02_00_5e_00_00_00 + gateway * 256 + device
  return (number.toString(16).padStart(12, '0').match(/../g) ?? []).join('-').toUpperCase()
}

interface Tally {
  sent: number
  again: number
  mostAgain: number
  ignored: number
  wrong: number
  /** When the server first answered anybody: before that it was down. */
  upSince: number
}

/** One gateway: a socket, and at most 256 packets under way. */
class Gateway {
  readonly index: number
  readonly #load: StormLoad
  readonly #tally: Tally
  readonly #socket: Socket
  readonly #waiting = new Map<string, (reply: Buffer) => void>()
  #identifier = 0

  constructor(index: number, load: StormLoad, tally: Tally, socket: Socket) {
    this.index = index
    this.#load = load
    this.#tally = tally
    this.#socket = socket
    socket.on('message', (reply, { port }) => this.#waiting.get(`${port} ${reply[1]}`)?.(reply))
  }

  static async open(index: number, load: StormLoad, tally: Tally): Promise<Gateway> {
    return new Gateway(index, load, tally, await bound(gatewayAddress(index)))
  }

  /** The reply to a packet that is made with an identifier of its own; null: none after all tries. */
  async ask(port: number, make: (identifier: number) => Buffer): Promise<Buffer | null> {
    let identifier = 0
    for (let looked = 0; looked < 256; looked += 1) {
      identifier = this.#identifier = (this.#identifier + 1) & 0xff
      if (!this.#waiting.has(`${port} ${identifier}`)) break
    }
    const key = `${port} ${identifier}`
    const packet = make(identifier)
    try {
      return await retransmitted(this.#tally, (heard) => {
        this.#waiting.set(key, (reply) => {
          if (isReplyTo(reply, packet, this.#load.secret)) heard(reply)
          else this.#tally.wrong += 1
        })
        return () => this.#socket.send(packet, port, '127.0.0.1')
      })
    } finally {
      this.#waiting.delete(key)
    }
  }

  access(mac: string, username: string, password: string): Promise<Buffer | null> {
    return this.ask(this.#load.authPort, (identifier) =>
      accessRequest({
        identifier,
        secret: this.#load.secret,
        attributes: [
          attribute(ATTRIBUTE.userName, username),
          attribute(ATTRIBUTE.nasIdentifier, `gw-${this.index}`),
          attribute(ATTRIBUTE.callingStationId, mac),
        ],
        password,
      }),
    )
  }

  account(status: number, session: string, mac?: string): Promise<Buffer | null> {
    return this.ask(this.#load.acctPort, (identifier) =>
      accountingRequest(identifier, this.#load.secret, [
        attribute(ATTRIBUTE.acctStatusType, status),
        attribute(ATTRIBUTE.acctSessionId, session),
        attribute(ATTRIBUTE.nasIdentifier, `gw-${this.index}`),
        ...(mac === undefined ? [] : [attribute(ATTRIBUTE.callingStationId, mac)]),
        attribute(ATTRIBUTE.eventTimestamp, Math.floor(Date.now() / 1000)),
      ]),
    )
  }

  close(): void {
    this.#socket.close()
  }
}

/** Sends, and again after 2, 4, 8 … seconds, until `heard` is called; null when nothing came. */
async function retransmitted(
  tally: Tally,
  listen: (heard: (reply: Buffer) => void) => () => void,
): Promise<Buffer | null> {
  const { promise, resolve } = Promise.withResolvers<Buffer | null>()
  const send = listen((reply) => {
    tally.upSince = Math.min(tally.upSince, performance.now())
    resolve(reply)
  })
  let tries = 0
  let sentAt = Number.POSITIVE_INFINITY
  let timer: NodeJS.Timeout | undefined
  const attempt = (): void => {
    if (tries > 0 && sentAt > tally.upSince) tally.ignored += 1
    if (tries >= TRIES) return resolve(null)
    if (tries === 0) tally.sent += 1
    else tally.again += 1
    tally.mostAgain = Math.max(tally.mostAgain, tries)
    sentAt = performance.now()
    send()
    timer = setTimeout(attempt, FIRST_WAIT_MS * 2 ** tries)
    tries += 1
  }
  attempt()
  const reply = await promise
  clearTimeout(timer)
  return reply
}

function bound(address: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4')
    socket.once('error', reject)
    socket.bind(0, address, () => {
      // A port that nobody listens on while the server is down is no error here.
      socket.off('error', reject).on('error', () => undefined)
      resolve(socket)
    })
  })
}

/** EAP-TTLS/PAP from the gateway's address, by a socket of its own for its identifiers. */
async function logInByEap(
  gateway: Gateway,
  mac: string,
  user: string,
  load: StormLoad,
  tally: Tally,
): Promise<boolean> {
  const socket = await bound(gatewayAddress(gateway.index))
  let heard: (reply: Buffer) => void = () => undefined
  socket.on('message', (reply) => heard(reply))
  try {
    const { reply } = await logIn(
      {
        send: (_, request) => {
          const packet = Buffer.from(request)
          return retransmitted(tally, (take) => {
            heard = (bytes) => {
              if (isReplyTo(bytes, packet, load.secret)) take(bytes)
            }
            return () => socket.send(packet, load.authPort, '127.0.0.1')
          })
        },
      },
      {
        ...{ version: 'TLSv1.3', caPem: load.caPem, serverName: load.serverName, station: mac },
        ...{ groups: 'X25519', waits: true, inner: papAvps(user, `password of ${user}`) },
      },
    )
    return reply?.code === CODE.accessAccept
  } finally {
    socket.close()
  }
}

async function runStorm(load: StormLoad): Promise<StormResult> {
  const tally: Tally = {
    ...{ sent: 0, again: 0, mostAgain: 0, ignored: 0, wrong: 0 },
    upSince: Number.POSITIVE_INFINITY,
  }
  const logins: number[] = []
  let gatewaysIn = 0
  const gateways: Gateway[] = []
  for (let index = 0; index < load.gateways; index += 1) {
    gateways.push(await Gateway.open(index, load, tally))
  }
  const began = performance.now()

  async function come(gateway: Gateway, device: number, afterMs: number): Promise<boolean> {
    await sleep(afterMs)
    const start = performance.now()
    const mac = deviceMac(gateway.index, device)
    const number = gateway.index * load.devicesEach + device
    const user = `user${number % load.accounts}`
    // Spread, so that the gateways are alike.
    const place = (number * 37) % 100
    const plain = mac.replaceAll('-', '').toLowerCase()
    let isIn: boolean
    if (place < load.eapShare) {
      isIn = await logInByEap(gateway, mac, user, load, tally)
    } else {
      const isPap = place < load.eapShare + load.papShare
      const asked = isPap
        ? gateway.access(mac, user, `password of ${user}`)
        : gateway.access(mac, plain, plain)
      isIn = (await asked)?.[0] === CODE.accessAccept
    }
    if (!isIn) return false
    const session = `${load.run}-${gateway.index}-${device}`
    if ((await gateway.account(STATUS.start, session, mac)) === null) return false
    logins.push(performance.now() - start)
    return true
  }

  async function live(gateway: Gateway): Promise<number> {
    const half = load.withinMs / 2
    await sleep(Math.random() * half)
    // A gateway does not wait for the answer to it, and the devices do not wait for the gateway.
    const isOn = gateway.account(STATUS.on, `${load.run}-${gateway.index}`)
    const devices = Array.from({ length: load.devicesEach }, (_, device) =>
      come(gateway, device, Math.random() * half),
    )
    const count = (await Promise.all(devices)).filter(Boolean).length
    if ((await isOn) !== null && count === load.devicesEach) gatewaysIn += 1
    return count
  }

  const counts = await Promise.all(gateways.map(live))
  for (const gateway of gateways) gateway.close()
  const { upSince: _, ...counted } = tally
  return {
    gateways: load.gateways,
    devices: load.gateways * load.devicesEach,
    devicesIn: counts.reduce((sum, count) => sum + count, 0),
    gatewaysIn,
    ...counted,
    login: quantiles(logins),
    seconds: (performance.now() - began) / 1000,
  }
}

function quantiles(times: readonly number[]): StormResult['login'] {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number): number => Math.round(sorted[Math.floor(sorted.length * share)] ?? 0)
  return { p50: at(0.5), p99: at(0.99), most: Math.round(sorted.at(-1) ?? 0) }
}

// Last, so that the constants above are there.
if (import.meta.main) {
  const load = JSON.parse(process.argv[2] ?? '{}') as StormLoad
  process.stdout.write(`${JSON.stringify(await runStorm(load))}\n`)
}
