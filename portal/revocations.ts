import { reasonOf } from '#core/error.ts'
import type { Log } from '#core/log.ts'
import type { DisconnectResult, DisconnectTask } from '#db/disconnects.ts'
import { adapterOf } from './gateways/adapters.ts'
import type { GatewayWorld, PortalGateway } from './gateways/gateway.ts'

/** Controllers told at once: most of the time is waiting. */
const IN_WORK = 64

/** The rows of house.disconnect that are for gateways whose controller the portal can tell. */
export interface RevocationTable {
  gatewaysToAsk(): Promise<readonly string[]>
  take(gateways: readonly string[]): Promise<readonly DisconnectTask[]>
  end(task: DisconnectTask, result: DisconnectResult): Promise<void>
}

export interface Revocations {
  /** To be called when there may be something to do; resolves when it has been begun. */
  look(): Promise<void>
  /** Resolves when what is in work has come to its end. */
  settled(): Promise<void>
}

/**
 * Ends sessions where no RADIUS server can: a row that asks for it is taken by one process of the fleet,
 * the adapter tells the controller, and what it said stands in the row.
 */
export function createRevocations(deps: {
  readonly table: RevocationTable
  readonly gateways: () => ReadonlyMap<string, PortalGateway>
  readonly world: GatewayWorld
  readonly log: Log
}): Revocations {
  const { table, world, log } = deps
  const inWork = new Set<Promise<void>>()

  function canTell(name: string): boolean {
    const gateway = deps.gateways().get(name)
    // Where it takes Disconnect-Requests the RADIUS server sends them.
    if (gateway === undefined || gateway.coa !== null) return false
    return gateway.settings.controller !== undefined && adapterOf(gateway.kind).revoke !== null
  }

  async function work(task: DisconnectTask): Promise<void> {
    const gateway = deps.gateways().get(task.gateway)
    const revoke = gateway === undefined ? null : adapterOf(gateway.kind).revoke
    if (gateway === undefined || revoke === null) return
    try {
      // Guests have no account, and a controller knows its devices by their addresses.
      const outcome =
        task.mac === null ? ('no-session' as const) : await revoke(gateway, task.mac, world)
      log.info('portal.revocation.ended', { gateway: gateway.name, outcome })
      await table.end(task, { outcome, errorCause: null, form: null })
    } catch (thrown) {
      // The row ends as unanswered after its time.
      log.warn('portal.revocation.failed', { gateway: gateway.name, reason: reasonOf(thrown) })
    }
  }

  return {
    async look() {
      if (inWork.size >= IN_WORK) return
      const names = (await table.gatewaysToAsk()).filter(canTell)
      if (names.length === 0) return
      for (const task of await table.take(names)) {
        const one = work(task).finally(() => inWork.delete(one))
        inWork.add(one)
      }
    },
    async settled() {
      await Promise.all(inWork)
    },
  }
}
