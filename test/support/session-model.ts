import type { TestRecord } from './journal.ts'

/** What the database must hold of one session, in words as plain as can be. Times in ms. */
export interface ExpectedSession {
  readonly gateway: string
  readonly mac: string | null
  readonly account: string | null
  readonly ipv4: string | null
  readonly ipv4At: number | null
  readonly former: readonly { address: string; from: number; until: number }[]
  readonly start: number
  readonly nasStart: number | null
  readonly stop: number | null
  readonly nasStop: number | null
  readonly cause: string | null
  readonly octetsIn: string | null
  readonly octetsOut: string | null
}

/** `packets` are those of one session that arrived, `restarts` those of its gateway. */
export function expectedSession(
  packets: readonly TestRecord[],
  restarts: readonly number[],
): ExpectedSession {
  const inTime = packets.toSorted((a, b) => a.at.getTime() - b.at.getTime())
  const first = inTime[0]
  const last = inTime.at(-1)
  if (first === undefined || last === undefined) throw new Error('a session without packets')

  const startPacket = inTime.find(({ kind }) => kind === 'start')
  const counted = inTime.flatMap(({ at, sessionSeconds }) =>
    sessionSeconds === null || sessionSeconds === 0 ? [] : [at.getTime() - sessionSeconds * 1000],
  )
  let start = first.at.getTime()
  if (startPacket !== undefined) start = startPacket.at.getTime()
  else if (counted.length > 0) start = Math.min(...counted)

  const stopPacket = inTime.find(({ kind }) => kind === 'stop')
  const restart = restarts.filter((at) => at > last.at.getTime()).toSorted((a, b) => a - b)[0]
  let stop: number | null = null
  let cause: string | null = null
  if (stopPacket !== undefined) {
    stop = Math.max(stopPacket.at.getTime(), start)
    cause = stopPacket.cause
  } else if (restart !== undefined) {
    stop = restart
    cause = 'NAS-Reboot'
  }

  const addresses: { address: string; from: number }[] = []
  for (const { ipv4, at } of inTime) {
    if (ipv4 === null || addresses.at(-1)?.address === ipv4) continue
    addresses.push({ address: ipv4, from: at.getTime() })
  }
  const present = addresses.at(-1)
  return {
    gateway: first.gateway,
    mac: first.mac,
    account: inTime.find(({ account }) => account !== null)?.account ?? null,
    ipv4: present?.address ?? null,
    ipv4At: present?.from ?? null,
    former: addresses.slice(0, -1).map(({ address, from }, i) => ({
      address,
      from,
      until: addresses[i + 1]?.from ?? 0,
    })),
    start,
    nasStart: startPacket?.nasAt?.getTime() ?? null,
    stop,
    nasStop: stopPacket?.nasAt?.getTime() ?? null,
    cause,
    octetsIn: volume(inTime.map(({ octetsIn, counterBits }) => [octetsIn, counterBits])),
    octetsOut: volume(inTime.map(({ octetsOut, counterBits }) => [octetsOut, counterBits])),
  }
}

function volume(values: readonly (readonly [bigint | null, 32 | 64 | null])[]): string | null {
  let wraps = 0n
  let before: bigint | null = null
  let most: bigint | null = null
  for (const [value, bits] of values) {
    if (value === null) continue
    if (bits === 32 && before !== null && before - value > 2n ** 31n) wraps += 1n
    before = value
    const total = value + wraps * 2n ** 32n
    if (most === null || total > most) most = total
  }
  return most === null ? null : String(most)
}
