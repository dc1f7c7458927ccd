import type { InternalArrival } from '#db/internal-arrivals.ts'
import type { InternalGrant, OwnInternalGrant, grantInternal } from '#db/internal-grants.ts'
import type { Mac } from '#core/mac.ts'
import type { RefusalOf } from './may-join.ts'

/** What the pages of the internal network need of the world; what asks the database rejects when it takes too long. */
export interface InternalServices {
  /** The code by which its owner names it. */
  noteArrival(arrival: InternalArrival): Promise<string>
  findArrival(code: string): Promise<InternalArrival | null>
  grantOf(mac: Mac): Promise<InternalGrant | null>
  grant(wish: Parameters<typeof grantInternal>[1]): ReturnType<typeof grantInternal>
  list(account: string): Promise<readonly OwnInternalGrant[]>
  /** False: it is not theirs, or had ended. */
  end(wish: {
    readonly mac: Mac
    readonly account: string
    readonly actor: string
  }): Promise<boolean>
  readonly refusalOf: RefusalOf
}
