import { z } from 'zod'

const DEFAULT_SECONDS = 7 * 86_400
const LONGEST_SECONDS = 90 * 86_400

/** How long the secret before stays valid once `secret` is another; `"0"`: not at all. */
export const formerSecretSchema = z
  .string()
  .transform((text, context) => {
    if (text === '0') return 0
    const [, digits = '', unit = ''] = /^(\d{1,4})([hd])$/.exec(text) ?? []
    const seconds = Number(digits) * ({ h: 3600, d: 86_400 }[unit] ?? 0)
    if (seconds > 0 && seconds <= LONGEST_SECONDS) return seconds
    context.addIssue(`"${text}" is not a length of time such as 12h or 7d, 90d at most, or "0"`)
    return z.NEVER
  })
  .default(DEFAULT_SECONDS)

/** The secrets of a gateway, in clear. */
export interface GatewaySecrets {
  readonly secret: string
  readonly former_secret: string | null
  /** RFC 3339. */
  readonly former_secret_until: string | null
}

/** What is kept of the secret before, when `secret` is declared where `present` was. */
export function secretsOf(
  secret: string,
  keptSeconds: number,
  present: GatewaySecrets | undefined,
  now: number,
): GatewaySecrets {
  const none = { secret, former_secret: null, former_secret_until: null }
  if (present === undefined || keptSeconds === 0) return none
  // Also one whose time is over: to be declared twice must change nothing.
  if (present.secret === secret) return present
  return {
    secret,
    former_secret: present.secret,
    former_secret_until: new Date(now + keptSeconds * 1000).toISOString(),
  }
}
