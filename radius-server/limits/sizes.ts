import type { RadiusLimits } from '#core/radius-limits.ts'
import type { BucketSize } from '#core/token-bucket.ts'

/** For how many seconds' worth a burst may be: an outage ends, and all that waited comes at once. */
const BURST_SECONDS = { packets: 5, logins: 10, device: 40 } as const

export interface LimitSizes {
  readonly packets: BucketSize
  readonly logins: BucketSize
  readonly device: BucketSize
}

export function limitSizes(limits: RadiusLimits): LimitSizes {
  const sized = (perSecond: number, seconds: number): BucketSize => ({
    perSecond,
    burst: perSecond * seconds,
  })
  return {
    packets: sized(limits.gatewayPackets, BURST_SECONDS.packets),
    logins: sized(limits.gatewayLogins, BURST_SECONDS.logins),
    device: sized(limits.deviceLogins, BURST_SECONDS.device),
  }
}
