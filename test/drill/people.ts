import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { askOverUdp, wireQuery } from '../../dns-filter/testing/asking.ts'
import { startAccountingLoad } from '../support/peers/accounting-load.ts'
import type { AccountingLoad } from '../support/peers/accounting-load.ts'
import { acceptTerms, signedPath } from '../support/peers/guest.ts'
import { ATTRIBUTE, CODE, accessRequest, attribute } from '../support/peers/radius-packet.ts'
import { exchange } from '../support/peers/udp.ts'

/** What one kind of people lived through since `begin`. */
export interface Felt {
  asked: number
  /** Served, but not at the first try. */
  again: number
  /** Not served, however often they tried within their patience. */
  failed: number
  /** The longest that somebody waited, with all tries. */
  worstMs: number
}

export type Kind = 'staff login' | 'known device' | 'name' | 'acceptance'

/** Where they are served; roles may be processes of their own. */
export interface Server {
  readonly ports: { readonly radius: number; readonly radiusAcct: number; readonly dns: number }
  readonly portalUrl: string
  /** Where its resolver is, if not on this machine. */
  readonly dnsHost?: string
}

export interface Login {
  readonly user: string
  readonly password: string
  readonly device: string
  readonly patienceMs?: number
}

const BOB: Login = { user: 'bob', password: 'hello', device: '02-00-5E-00-00-B0' }

/** People at a place with two servers of everything, as each gateway is set up: they try one, then the other. */
export interface People extends AsyncDisposable {
  readonly accounting: AccountingLoad
  /** MAC addresses whose acceptance was answered with the way on. */
  readonly accepted: readonly string[]
  /** Since the start, by kind. */
  readonly felt: Readonly<Record<Kind, Felt>>
  /** Begins nothing any more and waits for what is under way. */
  finish(): Promise<void>
}

export const PEOPLE_SECRET = 'testing123'
const TRY_MS = 1_500
const SECRET = PEOPLE_SECRET
/** What a device takes before it says that the network is broken. */
const TRIES = 6
const EVERY_MS: Readonly<Record<Kind, number>> = {
  'staff login': 250,
  'known device': 250,
  name: 100,
  acceptance: 1_000,
}

export async function startPeople(o: {
  readonly servers: readonly Server[]
  /** Different for each drill: no two share a device. */
  readonly run: number
  /** A device that has a grant. */
  readonly known: string
  /** Who signs in, if not the local account. */
  readonly staff?: Login
}): Promise<People> {
  const { servers, run, known } = o
  const [first, second = first] = servers
  if (first === undefined || second === undefined) throw new Error('no server to ask')
  const accounting = await startAccountingLoad({
    port: first.ports.radiusAcct,
    secondPort: second.ports.radiusAcct,
    ...{ secret: SECRET, outstanding: 100, run, perSecond: 150 },
  })
  const accepted: string[] = []
  const nobody = (): Felt => ({ asked: 0, again: 0, failed: 0, worstMs: 0 })
  const felt = {
    'staff login': nobody(),
    'known device': nobody(),
    name: nobody(),
    acceptance: nobody(),
  }
  let guests = 0
  let isEnding = false

  const asks: Readonly<Record<Kind, (server: Server) => Promise<boolean>>> = {
    'staff login': (server) => isAccepted(server, o.staff ?? BOB),
    'known device': (server) => isAccepted(server, { user: known, password: known, device: known }),
    async name(server) {
      const answer = await askOverUdp(
        server.ports.dns,
        wireQuery('www.bad.example'),
        TRY_MS,
        server.dnsHost,
      )
      return answer !== null && ((answer[3] ?? 0) & 15) === 3
    },
    async acceptance(server) {
      const mac = macOf(run, guests)
      const path = signedPath({ gateway: 'gw-0042', secret: SECRET, mac, ip: '192.168.77.9' })
      const answer = await acceptTerms(server.portalUrl, path).catch(() => null)
      if (answer === null || answer.status !== 303) return false
      accepted.push(mac)
      return true
    },
  }

  async function live(kind: Kind): Promise<void> {
    for (let turn = 0; !isEnding; turn += 1) {
      const began = performance.now()
      if (kind === 'acceptance') guests += 1
      let isServed = false
      let tries = 0
      for (; tries < TRIES && !isServed; tries += 1) {
        const server = (turn + tries) % 2 === 0 ? first : second
        const tried = performance.now()
        isServed = await asks[kind](server as Server)
        // Who is refused at once tries again as soon as who got no answer.
        if (!isServed) await sleep(Math.max(0, TRY_MS - (performance.now() - tried)))
      }
      const one = felt[kind]
      one.asked += 1
      if (!isServed) one.failed += 1
      else if (tries > 1) one.again += 1
      one.worstMs = Math.max(one.worstMs, performance.now() - began)
      await sleep(EVERY_MS[kind])
    }
  }

  const lives = (Object.keys(asks) as Kind[]).map(live)
  return {
    accounting,
    accepted,
    felt,
    async finish() {
      isEnding = true
      await Promise.all(lives)
    },
    async [Symbol.asyncDispose]() {
      isEnding = true
      await Promise.all(lives)
      await accounting[Symbol.asyncDispose]()
    },
  }
}

/** One PAP login of a device. */
export async function isAccepted(server: Server, login: Login): Promise<boolean> {
  const request = accessRequest({
    identifier: Math.floor(Math.random() * 256),
    secret: SECRET,
    attributes: [
      attribute(ATTRIBUTE.userName, login.user),
      attribute(ATTRIBUTE.callingStationId, login.device),
    ],
    password: login.password,
  })
  const [reply] = await exchange(server.ports.radius, [request], login.patienceMs ?? TRY_MS)
  return reply?.[0] === CODE.accessAccept
}

function macOf(run: number, guest: number): string {
  const bytes = createHash('sha256').update(`${run} ${guest}`).digest().subarray(0, 4)
  return [
    '06',
    (run & 255).toString(16).padStart(2, '0'),
    ...(bytes.toString('hex').match(/../g) ?? []),
  ]
    .join('-')
    .toUpperCase()
}
