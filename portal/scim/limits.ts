export const SCIM_LIMITS = {
  /** A group of 10,000 people, each with a name. */
  bodyBytes: 2_097_152,
  members: 20_000,
  operations: 1_000,
  /** Of one page of a list. */
  found: 200,
  foundUnasked: 100,
} as const
