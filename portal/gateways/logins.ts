import { BoundedMap } from '#core/bounded-map.ts'
import type { Clock } from '#core/clock.ts'
import type { Controller } from '#db/gateway-kinds.ts'

/** What a controller gave to who logged in. */
export type ControllerLogin = Readonly<Record<string, string>>

/** Sessions at controllers, in memory: many refuse who logs in for every device. */
export interface Logins {
  /** The one that there is, else what `logIn` brings; that it failed is not remembered. */
  of<F extends string>(
    controller: Controller,
    logIn: () => Promise<ControllerLogin | F>,
  ): Promise<ControllerLogin | F>
  forget(controller: Controller): void
}

const LOGIN_LIMITS = { limit: 4_096, ttlMs: 20 * 60_000 } as const

export function createLogins(clock: Clock): Logins {
  const held = new BoundedMap<string, Promise<ControllerLogin | string>>({ ...LOGIN_LIMITS, clock })

  return {
    async of<F extends string>(
      controller: Controller,
      logIn: () => Promise<ControllerLogin | F>,
    ): Promise<ControllerLogin | F> {
      const key = keyOf(controller)
      // Many phones at once log in once.
      const under = (held.get(key) as Promise<ControllerLogin | F> | undefined) ?? logIn()
      held.set(key, under)
      const login = await under
      if (typeof login === 'string') held.delete(key)
      return login
    },
    forget(controller) {
      held.delete(keyOf(controller))
    },
  }
}

/** A changed password is another session. */
function keyOf({ url, username, password }: Controller): string {
  return JSON.stringify([url, username, password])
}
