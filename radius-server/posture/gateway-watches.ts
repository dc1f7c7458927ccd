import type { Clock } from '#core/clock.ts'
import { reasonOf } from '#core/error.ts'
import type { Log } from '#core/log.ts'
import { createLogLimit } from '#core/log-limit.ts'
import type { Sighting } from '#db/gateway-postures.ts'
import type { Gateway } from '#db/gateways.ts'
import type { LimitSizes } from '../limits/sizes.ts'
import { GatewayWatch } from './gateway-watch.ts'

/** What is known of the declared gateways, as many as there are. */
export interface GatewayWatches {
  /** The same for a gateway however it comes and however often it is declared anew. */
  of(gateway: Pick<Gateway, 'name'>): GatewayWatch
  /** The gateways that the record says must sign. */
  follow(enforced: ReadonlySet<string>): void
  /** Writes down what came since the last time, all gateways in one statement; never rejects. */
  save(): Promise<void>
  /** The same for gateways of which something answers for the first time. */
  saveNews(): Promise<void>
  /** How many gateways there are of each posture, and how many sign in each way. */
  count(): { readonly posture: Record<Posture, number>; readonly sends: Record<Sends, number> }
}

/** `learned` and `learning` are of the rule `auto`, `lenient` is `optional` and `trusted`. */
type Posture = 'required' | 'learned' | 'learning' | 'lenient' | 'radsec'
type Sends = GatewayWatch['sends']

export interface WatchesDeps {
  /** The same array as long as nothing changed. */
  readonly gateways: () => readonly Gateway[]
  readonly sizes: LimitSizes
  readonly write: (sightings: readonly Sighting[]) => Promise<void>
  readonly log: Log
  readonly clock: Clock
}

export function createGatewayWatches(deps: WatchesDeps): GatewayWatches {
  const { gateways, sizes, write, log } = deps
  const watches = new Map<string, GatewayWatch>()
  const mayLog = createLogLimit(deps.clock)
  let enforced: ReadonlySet<string> = new Set()
  let built: readonly Gateway[] | null = null
  let saving: Promise<void> = Promise.resolve()

  function of({ name }: Pick<Gateway, 'name'>): GatewayWatch {
    const known = watches.get(name)
    if (known !== undefined) return known
    const watch = new GatewayWatch(name, sizes)
    watch.follow(enforced.has(name))
    watches.set(name, watch)
    return watch
  }

  /** A gateway that is no longer declared is forgotten, so that names do not add up over the years. */
  function forgetGone(): void {
    const current = gateways()
    if (current === built) return
    built = current
    const names = new Set(current.map(({ name }) => name))
    for (const name of watches.keys()) {
      if (!names.has(name)) watches.delete(name)
    }
  }

  async function saveNow(isWanted: (watch: GatewayWatch) => boolean): Promise<void> {
    forgetGone()
    const wanted = [...watches.values()].filter(isWanted)
    const taken = wanted.flatMap((watch) => {
      const sighting = watch.take()
      return sighting === null ? [] : [{ watch, sighting }]
    })
    if (taken.length === 0) return
    try {
      await write(taken.map(({ sighting }) => sighting))
      for (const { watch, sighting } of taken) watch.settle(sighting)
    } catch (thrown) {
      for (const { watch, sighting } of taken) watch.giveBack(sighting)
      const heldBack = mayLog()
      if (heldBack !== null) {
        log.warn('radius.posture.not-saved', { reason: reasonOf(thrown), heldBack })
      }
    }
  }

  return {
    of,
    follow(names) {
      enforced = names
      for (const watch of watches.values()) watch.follow(names.has(watch.name))
    },
    save() {
      saving = saving.then(() => saveNow(() => true))
      return saving
    },
    saveNews() {
      saving = saving.then(() => saveNow(({ isNews }) => isNews))
      return saving
    },
    count() {
      const posture: Record<Posture, number> = {
        ...{ required: 0, learned: 0, learning: 0, lenient: 0, radsec: 0 },
      }
      const sends: Record<Sends, number> = { always: 0, sometimes: 0, never: 0, unheard: 0 }
      for (const gateway of gateways()) {
        const watch = of(gateway)
        posture[postureOf(gateway, watch.isEnforced)] += 1
        sends[watch.sends] += 1
      }
      return { posture, sends }
    },
  }
}

function postureOf({ address, messageAuthenticator }: Gateway, isEnforced: boolean): Posture {
  if (address === null) return 'radsec'
  if (messageAuthenticator === 'required') return 'required'
  if (messageAuthenticator !== 'auto') return 'lenient'
  return isEnforced ? 'learned' : 'learning'
}
