import { z } from 'zod'
import { ASKING_BY_MAC } from '../gateway-kinds.ts'
import type { GatewayKind } from '../gateway-kinds.ts'
import { duration, ssid } from './values.ts'

const DEFAULT_GRANT_SECONDS = 12 * 3600
const DEFAULT_RANDOM_MAC_SECONDS = 4 * 3600
const MOST_SECONDS = 7 * 86_400
const MOST_GATEWAYS = 64

const grant = duration.refine(
  (seconds) => seconds <= MOST_SECONDS,
  'is longer than 7d: an address proves nobody, so it is let in for a while only',
)

/** `captive: { ssid: Restos-Sign-In, vlan: 40, grant: 12h, random_mac: 4h }`, of an internal network. */
export const captiveNetworkSchema = z
  .strictObject({
    ssid: ssid.optional(),
    gateways: z.array(z.string()).max(MOST_GATEWAYS, `has more than ${MOST_GATEWAYS}`).default([]),
    vlan: z.int().min(1).max(4094).optional(),
    grant: grant.default(DEFAULT_GRANT_SECONDS),
    random_mac: grant.default(DEFAULT_RANDOM_MAC_SECONDS),
  })
  .refine((captive) => captive.ssid !== undefined || captive.gateways.length > 0, {
    path: ['ssid'],
    error: 'is missing: say by ssid, or by gateways, which devices are to sign in',
  })
  .refine((captive) => captive.random_mac <= captive.grant, {
    path: ['random_mac'],
    error: 'is longer than grant: a random address is let in for a shorter time',
  })

type CaptiveNetwork = z.output<typeof captiveNetworkSchema>

interface DeclaredNetwork {
  readonly vlan?: number | undefined
  readonly ssid?: string | undefined
  readonly captive?: CaptiveNetwork | undefined
}

interface Problem {
  readonly path: string[]
  readonly message: string
}

/** What is wrong with it in its place; null: nothing. */
export function captiveProblem({
  networks,
  gateways,
}: {
  readonly networks: {
    readonly guest?: DeclaredNetwork | undefined
    readonly staff?: DeclaredNetwork | undefined
  }
  readonly gateways: readonly { readonly name: string; readonly kind: GatewayKind }[]
}): Problem | null {
  const { guest, staff } = networks
  if (guest?.captive !== undefined) {
    return { path: ['networks', 'guest', 'captive'], message: 'is for the staff network only' }
  }
  const captive = staff?.captive
  if (captive === undefined) return null
  const say = (key: string, message: string): Problem => ({
    path: ['networks', 'staff', 'captive', key],
    message,
  })
  if (staff?.vlan !== undefined && (captive.vlan === undefined || captive.vlan === staff.vlan)) {
    return say(
      'vlan',
      `must be said, and another than ${staff.vlan}: an address is easily copied, so these devices are kept apart`,
    )
  }
  const others = [staff?.ssid, guest?.ssid]
  if (captive.ssid !== undefined && others.includes(captive.ssid)) {
    return say('ssid', `"${captive.ssid}" is the name of another network of this place`)
  }
  const unfit = captive.gateways.find((name) => {
    const gateway = gateways.find((one) => one.name === name)
    return gateway === undefined || !ASKING_BY_MAC.has(gateway.kind)
  })
  if (unfit === undefined) return null
  return say(
    'gateways',
    `"${unfit}" is not a gateway of this place that asks by MAC address, of kind ${[...ASKING_BY_MAC].join(', ')}`,
  )
}

/** As house.network has it. */
export function captiveColumns(captive: CaptiveNetwork | undefined): {
  readonly captive_ssid: string | null
  readonly captive_gateways: string[]
  readonly captive_vlan: number | null
  readonly captive_grant_seconds: number | null
  readonly captive_random_mac_seconds: number | null
} {
  return {
    captive_ssid: captive?.ssid ?? null,
    captive_gateways: captive?.gateways ?? [],
    captive_vlan: captive?.vlan ?? null,
    captive_grant_seconds: captive?.grant ?? null,
    captive_random_mac_seconds: captive?.random_mac ?? null,
  }
}
