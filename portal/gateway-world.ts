import type { Clock } from '#core/clock.ts'
import { createLogLimit } from '#core/log-limit.ts'
import type { Log } from '#core/log.ts'
import type { Counters } from './counters.ts'
import { createCallController } from './gateways/call-controller.ts'
import type { GatewayStore, GatewayWorld } from './gateways/gateway.ts'
import { createLogins } from './gateways/logins.ts'

/** What adapters use: what is written down for gateways, and calls to their controllers, counted. */
export function createGatewayWorld(deps: {
  readonly store: GatewayStore
  readonly counters: Pick<Counters, 'controllerFailures'>
  readonly log: Log
  readonly clock: Clock
}): GatewayWorld {
  const { store, counters, log, clock } = deps
  const mayLog = createLogLimit(clock)
  return {
    store,
    logins: createLogins(clock),
    call: createCallController(({ url }, reason) => {
      counters.controllerFailures[reason].inc()
      const heldBack = mayLog()
      if (heldBack !== null) log.warn('portal.controller.failed', { url, reason, heldBack })
    }),
  }
}
