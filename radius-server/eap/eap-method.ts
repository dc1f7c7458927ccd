import type { LoginOrigin } from '../access/login-origin.ts'
import type { StaffAccount } from '../access/staff-login.ts'
import type { LoginTrace } from '../login-trace.ts'
import type { Method, RejectReason } from '../request.ts'

export type EapOutcome =
  /** Send this in an EAP-Request of the method's type. */
  | { readonly kind: 'request'; readonly data: Uint8Array }
  | {
      readonly kind: 'success'
      readonly account: StaffAccount
      readonly method: Method
      /** MSK and EMSK. */
      readonly keys: Uint8Array
      readonly isResumed: boolean
    }
  | { readonly kind: 'failure'; readonly reason: RejectReason }
  /** Nothing can be said now: the same response may come again. */
  | { readonly kind: 'overloaded' }

/** One peer's way through one EAP method. */
export interface EapMethod {
  readonly type: number
  /** The data of the first request. */
  readonly start: Uint8Array
  /** `data` is what follows the EAP type; `size` how much of a method's own fits one EAP packet. */
  respond(data: Uint8Array, size: number): Promise<EapOutcome>
  close(): void
}

/** The methods that this server has, the one to propose first in front. */
export interface EapMethods {
  readonly types: readonly number[]
  create(type: number, origin: LoginOrigin, trace: LoginTrace): EapMethod
}
