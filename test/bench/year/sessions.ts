/** The first house: what a year of it looks like, from a seed. */
export const HOUSE = {
  places: 2333,
  devices: 40_000,
  /** Every fifth device is a member of staff's. */
  staffEvery: 5,
  days: 365,
  rowsADay: 356_164,
} as const

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000
const PORTS_A_DEVICE = 250
const CAUSES = 6

/** A number in [0, 1) from a seed: the same rows each time (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** What `sessionLines` writes, in its order. */
export const COLUMNS = [
  ...['started_at', 'id_tail', 'day', 'origin', 'mac', 'account', 'ipv4', 'ipv6', 'public_ip'],
  ...[
    'first_port',
    'last_port',
    'stopped_ms',
    'nas_started_ms',
    'nas_stopped_ms',
    'ipv4_ms',
    'ipv6_ms',
  ],
  ...['far', 'cause', 'terms', 'basis'],
]

/** The sessions of one day in the order of their starts, a line of COPY's text format each. */
export function* sessionLines(day: string, rows: number): Generator<string> {
  const midnight = Date.parse(`${day}T00:00:00Z`)
  const random = seeded(midnight / DAY_MS)
  const whole = (below: number): number => Math.floor(random() * below)
  let at = 0
  for (let n = 0; n < rows; n += 1) {
    at += ((DAY_MS - at) / (rows - n)) * random() * 2
    const start = Math.min(Math.floor(at), DAY_MS - 1)
    const device = whole(HOUSE.devices)
    const isStaff = device % HOUSE.staffEvery === 0
    // Nine times in ten a device is where it always is, on the lease it always has.
    const isHome = whole(10) > 0
    const place = isHome ? device % HOUSE.places : whole(HOUSE.places)
    const slot = isHome ? Math.floor(device / HOUSE.places) : 20 + whole(180)
    const lasted = length(whole)
    const isFar = lasted > 2 ** 31 - 1
    const hasIpv6 = whole(10) < 3
    const firstPort = 1024 + slot * PORTS_A_DEVICE - 32_768
    const times = isFar
      ? `${NONE}\t${NONE}\t${NONE}\t${NONE}\t${NONE}\t${farTimes(midnight + start, lasted)}`
      : `${lasted}\t-${whole(1000)}\t${lasted - whole(1000)}\t${whole(5000)}\t${
          hasIpv6 ? whole(5000) : NONE
        }\t${NONE}`
    // Joined by hand: of a year there are 130 million.
    yield `${day} ${clock(start)}\t-${4_611_686_019 + whole(4_611_686_016)}${TAILS[whole(1000)]}${
      TAILS[whole(1000)]
    }${TAILS[whole(1000)]}\t${day}\t${place * 2 + (isStaff ? 2 : 1)}\t${MACS[device]}\t${
      isStaff ? device / HOUSE.staffEvery + 1 : NONE
    }\t10.${place >> 8}.${place & 255}.${2 + slot}\t${
      hasIpv6
        ? `2001:db8:${HEX[place]}:1:${HEX[whole(65_536)]}:${HEX[whole(65_536)]}:${HEX[whole(65_536)]}:${HEX[whole(65_536)]}`
        : NONE
    }\t198.18.${place >> 8}.${place & 255}\t${firstPort}\t${
      firstPort + PORTS_A_DEVICE - 1
    }\t${times}\t${1 + whole(CAUSES)}\t${isStaff ? NONE : 1}\t1\n`
  }
}

const HEX = Array.from({ length: 65_536 }, (_, value) => value.toString(16))
const TAILS = Array.from({ length: 1000 }, (_, value) => String(value).padStart(3, '0'))
const TWO = Array.from({ length: 60 }, (_, value) => String(value).padStart(2, '0'))

/** `14:05:00.123` of a number of milliseconds since midnight. */
function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  const minutes = Math.floor(seconds / 60)
  return `${TWO[Math.floor(minutes / 60)]}:${TWO[minutes % 60]}:${TWO[seconds % 60]}.${TAILS[ms % 1000]}`
}

/** As `far` of log.connection_row: stop, both by the gateway, since when IPv4 and IPv6. */
function farTimes(start: number, lasted: number): string {
  const [from, until] = [start, start + lasted].map((at) => new Date(at).toISOString())
  return `{${until},${from},${until},${from},NULL}`
}

const NONE = '\\N'

/** Ten minutes to eight hours, short ones more often; one in 1,000 days, one in a million weeks. */
function length(whole: (below: number) => number): number {
  const fate = whole(1_000_000)
  if (fate === 0) return (14 + whole(21)) * DAY_MS + whole(DAY_MS)
  if (fate < 1000) return DAY_MS + whole(2 * DAY_MS)
  return 10 * MINUTE_MS + Math.floor((whole(470 * MINUTE_MS) * whole(1000)) / 1000)
}

const MACS = Array.from({ length: HOUSE.devices }, (_, device) => makeMac(device))

/** As phones make them up: locally administered, else random. */
function makeMac(device: number): string {
  const random = seeded(device + 1_000_000)
  const bytes = Array.from({ length: 6 }, (_, i) => {
    const byte = Math.floor(random() * 256)
    return i === 0 ? (byte & 0xfc) | 2 : byte
  })
  return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(':')
}
