import { networkInterfaces } from 'node:os'
import type { Config } from '#core/config.ts'
import type { OwnRadius } from '#db/declaration/proxying.ts'

/** Where this machine takes RADIUS, by the settings that the command was started with. */
export function ownRadius({ radius, radsec, publicUrl }: Config): OwnRadius {
  const addresses = Object.values(networkInterfaces())
    .flatMap((all) => all ?? [])
    .map(({ address }) => address)
  return {
    addresses: new Set([...addresses, 'localhost', publicUrl.hostname, radius.host, radsec.host]),
    ports: new Set([radius.port, radsec.port]),
  }
}
