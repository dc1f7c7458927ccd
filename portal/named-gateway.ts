import { ENTRY_FOLDER, opensEntry } from '#db/gateway-entry.ts'
import type { PortalGateway } from './gateways/gateway.ts'
import type { Services } from './services.ts'

/** The gateway whose secret path was asked for. Null: no such path, or a key that is not its, which is the same. */
export function namedGateway(path: string, services: Services): PortalGateway | null {
  if (!path.startsWith(ENTRY_FOLDER)) return null
  const [name = '', key = '', more] = path.slice(ENTRY_FOLDER.length).split('/')
  const gateway = more === undefined ? services.house().gateways.get(name) : undefined
  return gateway !== undefined && opensEntry(gateway, key, services.clock()) ? gateway : null
}
