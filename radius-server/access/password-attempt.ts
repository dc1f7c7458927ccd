import type { BackOff } from './back-off.ts'
import type { LoginOrigin } from './login-origin.ts'

/** One password, from one place, for one account. Whoever checks it asks here before it costs anything. */
export interface PasswordAttempt {
  /** Why not to check it now; null: go on, and tell what came of it. Counts as a failure until then. */
  begin(): 'too-many-failures' | 'overloaded' | null
  /** `unanswered`: nothing was found out. */
  end(outcome: 'right' | 'wrong' | 'unanswered'): void
}

export function passwordAttempt(
  backOff: BackOff,
  account: string,
  origin: LoginOrigin,
): PasswordAttempt {
  return new Attempt(backOff, account, origin)
}

class Attempt implements PasswordAttempt {
  readonly #backOff: BackOff
  readonly #account: string
  readonly #origin: LoginOrigin
  #device = ''
  #hasBegun = false

  constructor(backOff: BackOff, account: string, origin: LoginOrigin) {
    this.#backOff = backOff
    this.#account = account
    this.#origin = origin
  }

  begin(): 'too-many-failures' | 'overloaded' | null {
    this.#device = this.#origin.device
    if (this.#backOff.isHeld(this.#account, this.#device)) return 'too-many-failures'
    if (!this.#origin.mayCost()) return 'overloaded'
    // Before the answer: a hundred guesses at once would else all be the first.
    this.#backOff.failed(this.#account, this.#device)
    this.#hasBegun = true
    return null
  }

  end(outcome: 'right' | 'wrong' | 'unanswered'): void {
    const device = this.#hasBegun ? this.#device : this.#origin.device
    if (this.#hasBegun) {
      if (outcome !== 'wrong') this.#backOff.takeBack(this.#account, device)
    } else if (outcome === 'wrong') this.#backOff.failed(this.#account, device)
    if (outcome === 'right') this.#backOff.succeeded(this.#account, device)
  }
}
