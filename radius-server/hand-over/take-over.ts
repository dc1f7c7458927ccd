import type { Counter } from '#core/metrics.ts'
import type { Gateway } from '#db/gateways.ts'
import { createClient } from '../client.ts'
import type { Client } from '../client.ts'
import type { GatewayWatches } from '../posture/gateway-watches.ts'
import type { RadiusServer } from '../server.ts'
import { NO_SECRET, RADSEC_SECRET } from '../shared-secret.ts'
import type { HandedOver, ProvedGateway } from './message.ts'

/**
 * Answers for another process. The packet lives through every step again: what the other has found
 * right is not believed, but who a RadSec connection is, which only that one can know.
 */
export function createTakeOver(deps: {
  readonly server: Pick<RadiusServer, 'takeOver'>
  readonly gateways: () => readonly Gateway[]
  readonly watchOf: GatewayWatches['of']
  readonly taken: Counter
}): (question: HandedOver) => Uint8Array | null | Promise<Uint8Array | null> {
  function clientOf({ name, isSecretUsed }: ProvedGateway): Client | null {
    const gateway = deps.gateways().find((one) => one.name === name && one.radsec !== null)
    if (gateway === undefined) return null
    return createClient(gateway, deps.watchOf(gateway), isSecretUsed ? RADSEC_SECRET : NO_SECRET)
  }

  return ({ proved, packet, source }) => {
    deps.taken.inc()
    if (proved === null) return deps.server.takeOver('authentication', packet, source)
    const client = clientOf(proved)
    return client === null ? null : deps.server.takeOver('radsec', packet, source, client)
  }
}
