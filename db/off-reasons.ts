/** Why somebody was switched off, as whoever said so told it; for people it is a sentence in their language. */
export const OFF_REASONS = [
  'scim-inactive',
  'scim-deleted',
  'directory-gone',
  'directory-disabled',
  'directory-expired',
] as const
export type OffReason = (typeof OFF_REASONS)[number]
