import type { Config } from '#core/config.ts'
import type { Seal } from '#core/seal.ts'
import type { Database } from '#db/connection.ts'
import { issueGatewayCertificate } from '#db/gateway-certificate.ts'
import type { GatewayCertificate as Issued } from '#db/gateway-certificate.ts'
import { loadGenerations } from '#db/own-authority.ts'
import type { AskDatabase } from './ask-database.ts'
import type { PlaceFile } from './gateway-config/install.ts'
import { placeFiles } from './gateway-config/kinds.ts'
import { loadPlace } from './gateway-config/load.ts'
import type { PlaceWish } from './gateway-config/load.ts'

/** What a place's gateway needs, for a page; who may have it is asked before. */
export interface PlaceFiles {
  /** With the secrets of the gateway; rejects with a sentence where something is missing or does not fit. */
  make(wish: PlaceWish, certificate: Issued | null): Promise<readonly PlaceFile[]>
  /** A new one, whose key nobody keeps; the line in the audit is written. */
  certify(gateway: string, actor: string, now: number): Promise<Issued>
}

export function createPlaceFiles(
  { config, database, seal }: { config: Config; database: Database; seal: Seal },
  ask: AskDatabase,
): PlaceFiles {
  const house = { config, database, seal, generations: () => loadGenerations(database) }
  return {
    make: (wish, certificate) =>
      ask(async () => {
        const place = await loadPlace(house, wish)
        const shown =
          certificate === null ? null : { pem: certificate.certificate, keyPem: certificate.key }
        return placeFiles(wish.kind, place, shown)
      }),
    certify: (gateway, actor, now) =>
      ask(() => issueGatewayCertificate(database, seal, { gateway, actor, now })),
  }
}
