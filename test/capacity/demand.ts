/** What one place asks, as the first house says of itself or, where it does not, as is assumed here. */
export const DEMAND = {
  /** 130 million connections a year of 2,333 places. */
  connectionsADay: 152,
  /** Start, Stop, and an Interim every ten minutes of half an hour. */
  packetsAConnection: 5,
  /** Of a day: the busiest hour has so many times the mean. */
  peak: 6,
  /** Present at once in the busiest hour; all come back within a minute after a power cut. */
  devicesAtOnce: 18,
  stormSeconds: 60,
  /** Of connections: by 802.1X. Of these, on a resumed TLS session. */
  tlsShare: 0.1,
  resumedShare: 0.6,
  /** Names asked by a device a second while it is there, in the busiest hour. */
  namesASecond: 0.2,
  /** Of connections: of a device that has no grant, or whose grant ends: the page, and mostly acceptance. */
  pageShare: 0.1,
  acceptanceShare: 0.06,
  /** Devices of guests with a grant, or one that ended within a fortnight: 44 days of them. */
  grants: 300,
} as const

export type Demand = { readonly [K in keyof typeof DEMAND]: number }
