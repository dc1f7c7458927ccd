/** Who vouched for the answer, or would have had to. */
export const ANSWERERS = [
  'local',
  'directory',
  /** The directory said so a short while before, and was not asked again. */
  'memory',
  /** The directory did not answer in time; what it said last was taken. */
  'last-good',
  'grant',
  'certificate',
  'device-key',
  'home-server',
] as const
export type Answerer = (typeof ANSWERERS)[number]

/** What a device and this server speak with each other, outside; what is said inside is `inner`. */
export type OuterMethod =
  | 'pap'
  | 'chap'
  | 'mschap'
  | 'mac'
  /** The same, of a device that somebody of the staff signed in for. */
  | 'mac-sign-in'
  | 'device-key'
  | 'one-time'
  | 'ttls'
  | 'peap'
  | 'eap-tls'
  | 'eap'
  /** Whatever it is, it is spoken with the home server. */
  | 'proxied'

/**
 * How one login came about, written down by whoever finds out, for who asks later why. Of EAP there is
 * one for the whole conversation. Nothing in it is a secret: no password, no hash, no key, no State.
 */
export class LoginTrace {
  readonly method: OuterMethod
  /** What proves the person inside a tunnel, as far as it came. */
  inner: 'password' | 'mschapv2' | null = null
  /** The name that was given, which nothing has proved: it may be a password in the wrong field. */
  claimed: string | null
  /** Whether a directory has this name. */
  isKnown = false
  /** The name that was proved. */
  account: string | null = null
  /** Null where nobody was asked. */
  answerer: Answerer | null = null
  /** The name of the directory, home server or device key that it was. */
  directory: string | null = null
  /** How long they took; null where nobody was asked, or nobody answered. */
  answeredMs: number | null = null
  tlsVersion: string | null = null
  cipher: string | null = null
  /** What the device said against our certificate, as TLS calls it. */
  tlsAlert: string | null = null
  isResumed = false
  /** Of the device's certificate. */
  serial: string | null = null
  /** EAP-Responses that were read. */
  rounds = 0

  constructor(method: OuterMethod, claimed: string | null) {
    this.method = method
    this.claimed = claimed
  }
}

/** What claims to come in is a device, by its address, and no name. */
export function isByAddress({ method }: LoginTrace): boolean {
  return method === 'device-key' || method === 'mac-sign-in' || isOfGuests({ method })
}

export function isOfGuests({ method }: Pick<LoginTrace, 'method'>): boolean {
  return method === 'mac' || method === 'one-time'
}
