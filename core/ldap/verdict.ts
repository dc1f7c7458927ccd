/** Why somebody does not come in by a directory, or cannot be asked for. */
export const DIRECTORY_REFUSALS = [
  'unknown-account',
  'ambiguous-account',
  'bad-user-name',
  'empty-password',
  'wrong-password',
  'password-expired',
  'account-disabled',
  'account-locked',
  'account-expired',
  /** Not at this hour, or not from here. */
  'account-restricted',
  /** MS-CHAPv2 needs it, and nobody keeps it for this account. */
  'no-nt-hash',
  /** As many logins are under way as it may hold: this one was not begun. */
  'directory-busy',
  /** None of its servers answered in time, or it does not let us look. */
  'directory-unavailable',
] as const
export type DirectoryRefusal = (typeof DIRECTORY_REFUSALS)[number]

/** Nothing is known about the person: the directory did not say. */
export function isUnanswered(reason: string): boolean {
  return reason === 'directory-busy' || reason === 'directory-unavailable'
}

export interface DirectoryUser {
  /** As the directory writes it, in lower case. */
  readonly username: string
  /** Names of the groups, direct and nested, in lower case. */
  readonly groups: readonly string[]
}

export type DirectoryVerdict =
  | { readonly ok: true; readonly user: DirectoryUser }
  | { readonly ok: false; readonly reason: DirectoryRefusal }

export type NtHashVerdict =
  | { readonly ok: true; readonly user: DirectoryUser; readonly ntHash: Uint8Array }
  | { readonly ok: false; readonly reason: DirectoryRefusal }
