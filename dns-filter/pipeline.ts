import type { Step } from './exchange.ts'
import type { Steps } from './steps.ts'

/** Every query passes these steps in this order until one of them ends it. */
export function createPipeline(steps: Steps): readonly Step[] {
  return [
    // First: nothing may be looked up, counted or answered for bytes that are not a query.
    steps.checkMessage,
    // Before any work for it: a stranger's query must cost us, and teach them, nothing.
    steps.findClient,
    // Before policy: these names mean something on every network, and no list may take the portal
    // or a phone's connectivity check away. Before the forwarder: they must not leak upstream.
    steps.answerReserved,
    // Before the cache, which holds the truth for all: a rule changed now counts for the next query.
    steps.applyPolicy,
    // After policy, so that a blocked name is blocked with RD=0 too; before the cache, which must
    // not tell anyone what others have asked (cache snooping).
    steps.refuseNonRecursive,
    // Before the cache and the forwarder: ANY is asked for amplification or by mistake (RFC 8482).
    steps.answerAny,
    // Before the cache, which holds what the name really stands for; after policy, as a blocked engine
    // is blocked.
    steps.leadToSafeSearch,
    // Before the forwarder: nearly all that is not blocked ends here.
    steps.answerFromCache,
    // Before anybody is asked for it: with half the room taken, none is left for forged addresses.
    steps.proveAddress,
    // Last: the only step that waits for somebody else.
    steps.askUpstream,
  ]
}
