import { TokenBucket } from '#core/token-bucket.ts'
import type { Seen, Sighting } from '#db/gateway-postures.ts'
import type { LimitSizes } from '../limits/sizes.ts'

/** Requests with a Message-Authenticator in a row, after which one without is not believed any more. */
export const SIGNED_IN_A_ROW = 50

/** When something was seen first and last; zero: not since this was last written. */
interface Times {
  from: number
  at: number
}

/** What may still come of a gateway. */
interface Budget {
  readonly packets: TokenBucket
  readonly logins: TokenBucket
}

/**
 * What this process knows of one gateway, whatever connections and declarations come and go. Everything a
 * packet touches here is a plain number.
 */
export class GatewayWatch {
  readonly name: string
  /** Of packets that only the gateway can have sent. */
  readonly proven: Budget
  /** Of those that anyone can have sent in its name: they must not use up what is the gateway's own. */
  readonly unproven: Budget
  /** It was seen to sign, by this process or another: with the rule `auto` it must. */
  isEnforced = false
  heardAt = 0
  /** When it last asked to let somebody in, and told of a session; zero: not since this was last written. */
  accessAt = 0
  accountingAt = 0
  connectedAt = 0
  certificateEndsAt: Date | null = null
  transport: 'udp' | 'radsec' = 'udp'
  clockSkewMs: number | null = null
  requests = 0
  overLimit = 0
  /** Packets from its address that its secret did not make. */
  forged = 0
  readonly #signed: Times = { from: 0, at: 0 }
  readonly #unsigned: Times = { from: 0, at: 0 }
  readonly #proxied: Times = { from: 0, at: 0 }
  /** What was written of it by this process: who sets a gateway up waits for the first of each. */
  readonly #told = { access: false, accounting: false, connected: false }
  #inARow = 0
  #enforcedAt = 0
  #unsignedRequests = 0
  #refused = 0
  /** Seen at all since the start, for the gauges. */
  #everSigned = false
  #everUnsigned = false

  constructor(name: string, sizes: LimitSizes) {
    this.name = name
    const budget = (): Budget => ({
      packets: new TokenBucket(sizes.packets),
      logins: new TokenBucket(sizes.logins),
    })
    this.proven = budget()
    this.unproven = budget()
  }

  sawSigned(now: number): void {
    saw(this.#signed, now)
    this.#everSigned = true
  }

  /** A signed request that it need not have signed; true when that makes enough of them. */
  learn(now: number): boolean {
    this.#inARow += 1
    if (this.isEnforced || this.#inARow < SIGNED_IN_A_ROW) return false
    this.isEnforced = true
    this.#enforcedAt = now
    return true
  }

  /** Anyone can send one: it is counted, and only keeps from learning. */
  sawUnsigned(now: number, isProxied: boolean): void {
    saw(this.#unsigned, now)
    if (isProxied) saw(this.#proxied, now)
    this.#everUnsigned = true
    this.#unsignedRequests += 1
    this.#inARow = 0
  }

  refuse(): void {
    this.#refused += 1
  }

  /** What the fleet has on record; what was learned here and is not written yet stands. */
  follow(isEnforced: boolean): void {
    if (this.#enforcedAt !== 0) return
    if (this.isEnforced && !isEnforced) this.#inARow = 0
    this.isEnforced = isEnforced
  }

  /** Whether something answers that had not answered yet. */
  get isNews(): boolean {
    const { access, accounting, connected } = this.#told
    return (
      (this.accessAt !== 0 && !access) ||
      (this.accountingAt !== 0 && !accounting) ||
      (this.connectedAt !== 0 && !connected)
    )
  }

  get sends(): 'always' | 'sometimes' | 'never' | 'unheard' {
    if (this.#everSigned) return this.#everUnsigned ? 'sometimes' : 'always'
    return this.#everUnsigned ? 'never' : 'unheard'
  }

  /** What came since the last call, which then counts as said; null for nothing. */
  take(): Sighting | null {
    const isQuiet =
      this.requests + this.#unsignedRequests + this.forged + this.connectedAt === 0 &&
      this.#enforcedAt === 0
    if (isQuiet) return null
    const sighting: Sighting = {
      gateway: this.name,
      transport: this.transport,
      heardAt: dateOf(this.heardAt),
      accessAt: dateOf(this.accessAt),
      accountingAt: dateOf(this.accountingAt),
      connectedAt: dateOf(this.connectedAt),
      certificateEndsAt: this.certificateEndsAt,
      signed: takeTimes(this.#signed),
      unsigned: takeTimes(this.#unsigned),
      proxied: takeTimes(this.#proxied),
      enforcedAt: dateOf(this.#enforcedAt),
      clockSkewMs: this.clockSkewMs,
      requests: this.requests,
      unsignedRequests: this.#unsignedRequests,
      refused: this.#refused,
      overLimit: this.overLimit,
      forged: this.forged,
    }
    this.accessAt = 0
    this.accountingAt = 0
    this.connectedAt = 0
    this.requests = 0
    this.#unsignedRequests = 0
    this.#refused = 0
    this.overLimit = 0
    this.forged = 0
    return sighting
  }

  /** What was taken is written: from now on the record says what is enforced. */
  settle({ enforcedAt, accessAt, accountingAt, connectedAt }: Sighting): void {
    if (enforcedAt !== null) this.#enforcedAt = 0
    this.#told.access ||= accessAt !== null
    this.#told.accounting ||= accountingAt !== null
    this.#told.connected ||= connectedAt !== null
  }

  /** It could not be written: the next one says it too. */
  giveBack(sighting: Sighting): void {
    this.accessAt ||= sighting.accessAt?.getTime() ?? 0
    this.accountingAt ||= sighting.accountingAt?.getTime() ?? 0
    this.connectedAt ||= sighting.connectedAt?.getTime() ?? 0
    this.requests += sighting.requests
    this.#unsignedRequests += sighting.unsignedRequests
    this.#refused += sighting.refused
    this.overLimit += sighting.overLimit
    this.forged += sighting.forged
    giveBackTimes(this.#signed, sighting.signed)
    giveBackTimes(this.#unsigned, sighting.unsigned)
    giveBackTimes(this.#proxied, sighting.proxied)
  }
}

function dateOf(at: number): Date | null {
  return at === 0 ? null : new Date(at)
}

function saw(times: Times, now: number): void {
  if (times.from === 0) times.from = now
  times.at = now
}

function takeTimes(times: Times): Seen | null {
  const { from, at } = times
  times.from = 0
  times.at = 0
  return from === 0 ? null : { from: new Date(from), at: new Date(at) }
}

function giveBackTimes(times: Times, taken: Seen | null): void {
  if (taken === null) return
  times.from = taken.from.getTime()
  if (times.at === 0) times.at = taken.at.getTime()
}
