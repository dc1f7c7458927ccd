import fc from 'fast-check'
import { parseMac } from '#core/mac.ts'
import type { TestRecord } from './journal.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND

/** What some gateways went through, and what arrived of it, in the order of arrival. */
export interface History {
  /** The packets of each session that arrived; never none. */
  readonly sessions: readonly (readonly TestRecord[])[]
  readonly restarts: readonly { readonly gateway: string; readonly at: number }[]
  readonly arrivals: readonly Arrival[]
}

export type Arrival =
  | { readonly kind: 'batch'; readonly records: readonly TestRecord[] }
  | { readonly kind: 'restart'; readonly gateway: string; readonly at: number }

/** One session as it truly was, before the network had its way with it. */
interface Life {
  readonly minutes: number
  /** Minutes between the end before and this beginning. */
  readonly pause: number
  readonly interimMinutes: number
  readonly bits: 32 | 64
  readonly counter: number
  readonly addresses: readonly number[]
  readonly account: 'always' | 'late' | 'never'
  readonly endsWith: 'stop' | 'restart'
}

const life: fc.Arbitrary<Life> = fc.record({
  minutes: fc.integer({ min: 1, max: 90 }),
  pause: fc.integer({ min: 20, max: 60 }),
  interimMinutes: fc.integer({ min: 5, max: 20 }),
  bits: fc.constantFrom(32, 64),
  counter: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  addresses: fc.uniqueArray(fc.integer({ min: 2, max: 250 }), { minLength: 1, maxLength: 3 }),
  account: fc.constantFrom('always', 'late', 'never'),
  endsWith: fc.constantFrom('stop', 'stop', 'restart'),
})

/** The sessions that one device has one after the other under one Acct-Session-Id of one gateway. */
const line = fc.record({
  gateway: fc.constantFrom('a', 'b'),
  lives: fc.array(life, { minLength: 1, maxLength: 3 }),
})

/** Sessions of several devices; packets are lost, repeated with another delay, shuffled, in batches. */
export function history(base: number, name: string): fc.Arbitrary<History> {
  return fc.array(line, { minLength: 1, maxLength: 3 }).chain((lines) => {
    const restarts: { gateway: string; at: number }[] = []
    const whole = lines.flatMap(({ gateway, lives }, device) => {
      let at = base
      return lives.map((one, i) => {
        at += one.pause * MINUTE
        const began = at
        at += one.minutes * MINUTE
        const end = at
        if (one.endsWith === 'restart') {
          restarts.push({ gateway: `${name}-${gateway}`, at: end + 30 * SECOND })
        }
        return packetsOf(one, { gateway: `${name}-${gateway}`, device, began, end, salt: i })
      })
    })
    const fates = fc.tuple(
      ...whole.map((packets) =>
        fc.array(fc.constantFrom('lost', 'once', 'once', 'once', 'again'), {
          minLength: packets.length,
          maxLength: packets.length,
        }),
      ),
    )
    return fates.chain((fate) => {
      const sessions = whole
        .map((packets, i) => packets.flatMap((packet, j) => copies(packet, fate[i]?.[j] ?? 'once')))
        .filter((packets) => packets.length > 0)
      const events: (TestRecord | { gateway: string; at: number })[] = [
        ...sessions.flat(),
        ...restarts,
      ]
      const shuffled = fc.shuffledSubarray(events, {
        minLength: events.length,
        maxLength: events.length,
      })
      return fc
        .tuple(shuffled, fc.integer({ min: 1, max: 9 }))
        .map(([order, size]) => ({ sessions, restarts, arrivals: inBatches(order, size) }))
    })
  })
}

function packetsOf(
  one: Life,
  where: { gateway: string; device: number; began: number; end: number; salt: number },
): readonly TestRecord[] {
  const times = [where.began]
  for (let at = where.began + one.interimMinutes * MINUTE; at < where.end - MINUTE;) {
    times.push(at)
    at += one.interimMinutes * MINUTE
  }
  if (one.endsWith === 'stop') times.push(where.end)
  // All of it below 4 GiB: of more between two packets nobody can know.
  const step = Math.floor((0.9 * 2 ** 32) / (times.length + 1))
  return times.map((at, i): TestRecord => {
    const isStart = i === 0
    const isStop = one.endsWith === 'stop' && i === times.length - 1 && !isStart
    const counted = one.counter + step * i
    const address = one.addresses[Math.floor((i * one.addresses.length) / times.length)]
    return {
      kind: isStart ? 'start' : isStop ? 'stop' : 'interim',
      gateway: where.gateway,
      site: '75-0042',
      network: 'staff',
      acctSessionId: 'reused',
      mac: parseMac(`02000000000${where.device}`),
      account: one.account === 'always' || (one.account === 'late' && i > 1) ? 'bob' : null,
      // A Start comes before DHCP has answered.
      ipv4: isStart ? null : `192.168.78.${address}`,
      ipv6: null,
      publicSource: null,
      at: new Date(at),
      nasAt: new Date(at - 5 * SECOND),
      sessionSeconds: isStart ? null : Math.floor((at - where.began) / SECOND),
      octetsIn: isStart ? null : BigInt(one.bits === 32 ? counted % 2 ** 32 : counted),
      octetsOut: isStart || i === 1 ? null : BigInt(step * i),
      counterBits: isStart ? null : one.bits,
      cause: isStop ? 'User-Request' : null,
    }
  })
}

/** What is sent again says a delay, which is in whole seconds: it seems to have happened a bit later. */
function copies(packet: TestRecord, fate: string): readonly TestRecord[] {
  if (fate === 'lost') return []
  if (fate === 'once') return [packet]
  const again = new Date(packet.at.getTime() + 640)
  return [packet, packet, { ...packet, at: again }]
}

function inBatches(
  order: readonly (TestRecord | { gateway: string; at: number })[],
  size: number,
): readonly Arrival[] {
  const arrivals: Arrival[] = []
  let records: TestRecord[] = []
  const flush = (): void => {
    if (records.length > 0) arrivals.push({ kind: 'batch', records })
    records = []
  }
  for (const event of order) {
    if ('kind' in event) {
      records.push(event)
      if (records.length === size) flush()
    } else {
      flush()
      arrivals.push({ kind: 'restart', ...event })
    }
  }
  flush()
  return arrivals
}
