import { randomUUID } from 'node:crypto'
import type { Seal } from '#core/seal.ts'
import type { Database } from '#db/connection.ts'
import { issueCredential } from '#db/credentials.ts'
import { askAgain, loadDisconnects } from '#db/disconnects.ts'
import { isOpened, leaveOpening } from '#db/openings.ts'
import type { AskDatabase } from './ask-database.ts'
import type { GatewayStore } from './gateways/gateway.ts'

/** What an opening is waited for at: a poll of the gateway, or what the RADIUS server does. */
const POLL = 'poll:'
const ASKED = 'asked:'

export function createGatewayStore(database: Database, seal: Seal, ask: AskDatabase): GatewayStore {
  return {
    leaveOpening: (opening) => ask(async () => `${POLL}${await leaveOpening(database, opening)}`),
    async askAgain(gateway, mac, form) {
      const request = randomUUID()
      await ask(() => askAgain(database, { request, gateway, mac, form }))
      return `${ASKED}${request}`
    },
    isOpen(id) {
      if (id.startsWith(POLL)) return ask(() => isOpened(database, id.slice(POLL.length)))
      return ask(async () => {
        const asked = await loadDisconnects(database, id.slice(ASKED.length))
        // However it ended: a gateway without a session for the device asks for it by itself.
        return asked.every(({ outcome }) => outcome !== null)
      })
    },
    issueCredential: (device) => ask(() => issueCredential(database, seal, device)),
  }
}
