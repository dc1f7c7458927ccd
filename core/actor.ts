/**
 * Who does something, as the audit keeps it: `cli:USER` is the account of the machine, `account:NAME` an
 * account of the house whose password was given, `staff:NAME` somebody who signed in with the organisation's
 * own account, `provider:NAME` an identity provider, `job:NAME` a job.
 */
export type Actor = string

const WITHOUT_A_NAME = 'cli:root'

/** Root is whoever came to be root. */
export function isAnybody(actor: Actor): boolean {
  return actor === WITHOUT_A_NAME
}

/** One name, however they came in, is one person. */
export function isSamePerson(one: Actor, other: Actor): boolean {
  return nameOf(one) === nameOf(other)
}

/** In lower case. */
export function nameOf(actor: Actor): string {
  return actor.slice(actor.indexOf(':') + 1).toLowerCase()
}
