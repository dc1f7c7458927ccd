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
  /** Somebody would both read the log and approve packs of it. */
  | 'both-halves'
  /** Its end would have been before today. */
  | 'over-already'
  /** Terms that count, or counted: people have accepted that very text. */
  | 'in-force'
  /** New terms count from tomorrow at the earliest. */
  | 'not-to-come'
  /** Terms without a text in any language. */
  | 'no-text'
  /** It stands in the files of `apply`, and is changed there. */
  | 'by-file'
  /** A list of a text has no address to be fetched from. */
  | 'no-source'
  /** The key of a zone is known to commands and files alone. */
  | 'has-key'
  /** Rules, filters or devices of the filter are for that network of the place alone. */
  | 'network-used'
  /** Devices without 802.1X would share a name or VLAN with the others of their place. */
  | 'captive-alike'
  /** Its range has not as many source ports as its addresses need. */
  | 'nat-ports'
  /** Secrets went with it that nobody kept. */
  | 'secret-gone'
  /** It would have neither an address nor anything else by which it is known. */
  | 'no-way'
  /** The files give it settings that are sealed, which would be left behind. */
  | 'own-settings'
  /** Devices without 802.1X come in by it, as the files say. */
  | 'captive-gateway'
  /** A token would have a scope, an association or a time that the one with which it is made has not. */
  | 'more-than-yours'
  /** Nobody would administer the whole house any more. */
  | 'last-administrator'

export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly refusal: Refusal }

export function done<T>(value: T): Outcome<T> {
  return { ok: true, value }
}

export function refused(refusal: Refusal): Outcome<never> {
  return { ok: false, refusal }
}
