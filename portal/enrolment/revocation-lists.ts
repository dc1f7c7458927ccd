import { BoundedMap } from '#core/bounded-map.ts'
import type { Clock } from '#core/clock.ts'
import { makeRevocationList } from '#core/pki/revocation-list.ts'
import type { Seal } from '#core/seal.ts'
import type { Database } from '#db/connection.ts'
import { lastRevocation, loadRevoked } from '#db/device-status.ts'
import { loadIssuingOf } from '#db/own-authority.ts'
import type { AskDatabase } from '../ask-database.ts'

const LIST_LIMITS = {
  generations: 32,
  /** A list of 100,000 takes a second to make: until something is revoked it serves for this long. */
  freshMs: 10 * 60_000,
  validMs: 7 * 86_400_000,
} as const

type Der = Uint8Array<ArrayBuffer>

/** Lists that are made when they are asked for. The RADIUS part does not look at them: it follows the rows. */
export function createRevocationLists(deps: {
  readonly database: Database
  readonly seal: Seal
  readonly ask: AskDatabase
  readonly clock: Clock
}): (generation: number) => Promise<Der | null> {
  const { database, seal, ask, clock } = deps
  const made = new BoundedMap<string, Promise<Der | null>>({
    limit: LIST_LIMITS.generations,
    ttlMs: LIST_LIMITS.freshMs,
    clock,
  })

  async function make(generation: number): Promise<Der | null> {
    const by = await ask(() => loadIssuingOf(database, seal, generation))
    if (by === null) return null
    const revoked = await ask(() => loadRevoked(database, generation))
    const from = clock()
    // Seconds since the epoch grow with each list, at whichever process.
    const number = Math.floor(from / 1000)
    return makeRevocationList(by, revoked, { number, from, until: from + LIST_LIMITS.validMs })
  }

  return async (generation) => {
    const key = `${generation} ${await ask(() => lastRevocation(database))}`
    const known = made.get(key)
    if (known !== undefined) return known
    const making = make(generation)
    made.set(key, making)
    // What failed is tried again for the next who asks.
    making.catch(() => made.delete(key))
    return making
  }
}
