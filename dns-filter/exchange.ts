import type { Client } from './policy/client.ts'
import type { Listed } from './policy/listed.ts'
import type { Query } from './message/query.ts'
import type { Route } from './route.ts'
import type { Via } from './via.ts'

/** Called once: with the answer, or with null when there is to be none, and with what `handle` was given as `to`. */
export type Respond = (answer: Uint8Array | null, to?: unknown) => void

/** One received message on its way through the pipeline; each step may rely on those before it. */
export interface Exchange {
  /** Source address as text. */
  readonly source: string
  readonly via: Via
  /** When it came: read once, for all that is decided by the time. */
  readonly at: number
  readonly respond: Respond
  readonly query: Query
  client: Client
  /** By an exemption, a rule or a trusted list: nothing that the answer contains may block it. */
  isAllowed: boolean
  /** The portal and what every device needs: not even an inner address is kept from anybody. */
  isExempt: boolean
  /** Categories of lists that name it, or what it leads to, although it is let through. */
  listed: Listed
  /** Null: the internet's. */
  route: Route | null
  cacheKey: number
}

/** An answer ends the pipeline, `drop` ends it in silence, `later` means a step will answer itself. */
export type Outcome = Uint8Array | 'next' | 'drop' | 'later'

export type Step = (exchange: Exchange) => Outcome
