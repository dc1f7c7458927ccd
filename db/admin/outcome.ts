/** Why the administration does not do what it was asked; each is told in words where it is shown. */
export type Refusal =
  /** It is not there, or not where whoever asks may look: the two are not told apart. */
  | 'not-found'
  /** Somebody changed it meanwhile. */
  | 'changed'
  | 'exists'
  /** A gateway has that name, or comes from that address. */
  | 'gateway-taken'
  | 'unknown-site'
  | 'unknown-association'
  | 'not-yours'
  /** It cannot be undone: it is not any more as that change left it. */
  | 'changed-since'

export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly refusal: Refusal }

export function done<T>(value: T): Outcome<T> {
  return { ok: true, value }
}

export function refused(refusal: Refusal): Outcome<never> {
  return { ok: false, refusal }
}
