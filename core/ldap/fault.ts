export type ConnectFault =
  | 'not-reached'
  | 'name-not-found'
  | 'tls-untrusted'
  | 'tls-name'
  | 'tls'
  | 'start-tls'

/** Why there is no answer, or one that is no good. */
export interface LdapFault {
  readonly kind:
    | ConnectFault
    | 'late'
    | 'lost'
    | 'too-large'
    | 'service-account'
    | 'result'
    | 'open'
  /** The result code (RFC 4511 appendix A) where there is one. */
  readonly code: number | null
  /** What was said, for a person. Never a password. */
  readonly detail: string
}

export type LdapOutcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly fault: LdapFault }

export function fault(
  kind: LdapFault['kind'],
  detail: string,
  code: number | null = null,
): { readonly ok: false; readonly fault: LdapFault } {
  return { ok: false, fault: { kind, code, detail } }
}

/** busy, unavailable, unwillingToPerform, other: the server has a trouble, not the question. */
const SERVER_TROUBLE: ReadonlySet<number> = new Set([51, 52, 53, 80])

/** Whether the server did its work: then another one would say the same. */
export function isAnswer({ kind, code }: LdapFault): boolean {
  return kind === 'result' && code !== null && !SERVER_TROUBLE.has(code)
}
