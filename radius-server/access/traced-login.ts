import type { Clock } from '#core/clock.ts'
import type { LoginTrace } from '../login-trace.ts'
import type { StaffLogin } from './staff-login.ts'

/** The same login, with a note in `trace` of who was asked for, who answered, and how long it took. */
export function createTracedLogin(login: StaffLogin, trace: LoginTrace, clock: Clock): StaffLogin {
  function ask<V extends { readonly ok: boolean }>(
    username: string | null,
    question: () => V | Promise<V>,
  ): V | Promise<V> {
    trace.claimed = username
    trace.isKnown = false
    const before = clock()
    const note = (verdict: V): V => {
      trace.answeredMs = clock() - before
      return verdict
    }
    const verdict = question()
    return verdict instanceof Promise ? verdict.then(note) : note(verdict)
  }

  return {
    ...login,
    check(username, password) {
      trace.inner = 'password'
      return ask(username, () => login.check(username, password, trace))
    },
    standing: (username) => ask(username, () => login.standing(username, trace)),
    ntHashOf(username) {
      trace.inner = 'mschapv2'
      return ask(username, () => login.ntHashOf(username, trace))
    },
  }
}
