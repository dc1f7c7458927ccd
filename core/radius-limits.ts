/** What may come to the RADIUS server, a second. */
export interface RadiusLimits {
  /** Packets of one gateway that are proved to be its own. */
  readonly gatewayPackets: number
  /** Logins of one gateway that cost something: a TLS handshake, a password hash, a question to a directory. */
  readonly gatewayLogins: number
  /** The same, of one device at one gateway. */
  readonly deviceLogins: number
}

const NAMES = {
  'gateway-packets': 'gatewayPackets',
  'gateway-logins': 'gatewayLogins',
  'device-logins': 'deviceLogins',
} as const

/**
 * A place has 40 devices, and all of them come back within seconds of an outage: a few hundred packets.
 * These leave room for a controller that speaks for a hundred places, and still keep one gateway that has
 * gone mad, or one device, below a tenth of what a core can do.
 */
export const DEFAULT_RADIUS_LIMITS: RadiusLimits = {
  gatewayPackets: 20_000,
  gatewayLogins: 200,
  deviceLogins: 5,
}

const LARGEST = 1_000_000_000

/** Reads `gateway-packets=20000,device-logins=5`; what is not named keeps its default. Null: not of that form. */
export function parseRadiusLimits(text: string): RadiusLimits | null {
  const limits: Record<keyof RadiusLimits, number> = { ...DEFAULT_RADIUS_LIMITS }
  for (const part of text.split(',')) {
    const [, name = '', digits = ''] = /^\s*([a-z-]+)\s*=\s*([0-9]{1,10})\s*$/.exec(part) ?? []
    const value = Number(digits)
    if (!isName(name) || value < 1 || value > LARGEST) return null
    limits[NAMES[name]] = value
  }
  return limits
}

function isName(name: string): name is keyof typeof NAMES {
  return name in NAMES
}
