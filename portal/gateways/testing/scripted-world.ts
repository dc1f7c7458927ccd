import { systemClock } from '#core/clock.ts'
import type { Controller } from '#db/gateway-kinds.ts'
import type { ControllerAnswer, ControllerRequest } from '../call-controller.ts'
import { createCallController } from '../call-controller.ts'
import type { GatewayWorld } from '../gateway.ts'
import { createLogins } from '../logins.ts'

/** What adapters use, for tests: a store that remembers, and real calls to controllers that follow a script. */
export interface ScriptedWorld extends GatewayWorld {
  readonly openings: { gateway: string; key: string; line: string }[]
  readonly asked: { gateway: string; mac: string; form: string | null }[]
  readonly credentials: { gateway: string; mac: string; until: number }[]
  readonly calls: { readonly controller: Controller; readonly request: ControllerRequest }[]
  /** Ids that are open. */
  readonly open: Set<string>
}

/** A password that the golden vectors have. */
export const CREDENTIAL = { name: 'once-0123456789abcdef', password: 'password' } as const

export function scriptedWorld(
  call: (
    controller: Controller,
    request: ControllerRequest,
  ) => Promise<ControllerAnswer> = createCallController(),
): ScriptedWorld {
  const openings: ScriptedWorld['openings'] = []
  const asked: ScriptedWorld['asked'] = []
  const credentials: ScriptedWorld['credentials'] = []
  const calls: ScriptedWorld['calls'] = []
  const open = new Set<string>()
  return {
    openings,
    asked,
    credentials,
    calls,
    open,
    call(controller, request) {
      calls.push({ controller, request })
      return call(controller, request)
    },
    logins: createLogins(systemClock),
    store: {
      leaveOpening(opening) {
        openings.push(opening)
        return Promise.resolve(`poll:${openings.length}`)
      },
      askAgain(gateway, mac, form) {
        asked.push({ gateway, mac, form })
        return Promise.resolve(`asked:${asked.length}`)
      },
      isOpen: (id) => Promise.resolve(open.has(id)),
      issueCredential(device) {
        credentials.push(device)
        return Promise.resolve(CREDENTIAL)
      },
    },
  }
}
