import { setTimeout as sleep } from 'node:timers/promises'
import { reasonOf } from '#core/error.ts'
import { adapterOf } from '../gateways/adapters.ts'
import type { Device } from '../gateways/gateway.ts'
import { polls } from '../gateways/opennds.ts'
import { LIMITS } from '../limits.ts'
import type { Services } from '../services.ts'

/**
 * What became of the gateway of a device that a helper let in:
 * - `open`: its controller, or the gateway itself, said so
 * - `told`: it has been asked and has not said yet
 * - `by-itself`: only the device's own browser could open it, or joining anew, where it asks who that is
 * - `not-seen`: its controller does not see the device
 * - `failed`: it could not be told
 */
export type Opened = 'open' | 'told' | 'by-itself' | 'not-seen' | 'failed'

/** Opens the gateway for a device whose browser is not there: the grant is written already. */
export async function openForHelper(
  services: Services,
  device: Device,
  until: number,
): Promise<Opened> {
  const { gateway } = device
  const path = '/guest/connected'
  const connected = { path, url: new URL(path, services.publicUrl).href }
  const { gatewayWorld: world } = services
  try {
    const opening = { connected, until, now: services.clock(), world }
    const next = await adapterOf(gateway.kind).release(device, opening)
    switch (next.outcome) {
      case 'wait':
        return polls(gateway) && (await opens(services, next.id)) ? 'open' : 'told'
      case 'go': {
        // Straight to our last page: its controller has done it. Any other way is the browser's.
        const isDone = next.location === path && gateway.settings.controller !== undefined
        return isDone ? 'open' : 'by-itself'
      }
      case 'refused':
        if (next.reason === 'device-not-seen') return 'not-seen'
        // Of a device that was not sent to us it is not known by what its gateway knows it.
        return next.reason === 'bad-ticket' ? 'by-itself' : 'failed'
    }
  } catch (thrown) {
    const reason = reasonOf(thrown)
    services.log.warn('portal.gateway.not-opened', { gateway: gateway.name, reason })
    return 'failed'
  }
}

async function opens({ gatewayWorld: { store } }: Services, id: string): Promise<boolean> {
  for (let looks = 0; looks < LIMITS.letIn.looks; looks += 1) {
    if (await store.isOpen(id)) return true
    await sleep(LIMITS.letIn.lookMs)
  }
  return false
}
