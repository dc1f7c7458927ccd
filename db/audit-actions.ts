/**
 * What a line of the audit can say was done: a closed list, so that the pages have a sentence for each. Beside these
 * there are the deeds on things that have a history: `rule.change`.
 */
export const AUDIT_ACTIONS = [
  ...['account.refused', 'alerts.read', 'alerts.test', 'apply', 'audit.end', 'audit.read'],
  ...['audit.verify', 'authority.gateway', 'authority.install', 'authority.move'],
  ...['authority.request', 'authority.rotate', 'device.enrol', 'device.revoke'],
  ...['device-key.create', 'device-key.release', 'device-key.revoke', 'devices.read'],
  ...['dns.token.rotate', 'filter.lift', 'filter.lift.end', 'filter.watch', 'filter.watch.end'],
  ...['gateway.config', 'guest.let-in', 'house.export', 'internal.end', 'internal.grant'],
  ...['inventory.accept', 'job.run', 'key.split', 'list.accept', 'list.add', 'list.remove'],
  ...['logs.drop-day', 'logs.export', 'logs.export-approve', 'logs.export-request'],
  ...['logs.hold-add', 'logs.hold-end', 'logs.hold-release', 'logs.key-change'],
  ...['logs.quarantine-drop', 'logs.quarantine-list', 'logs.quarantine-retry', 'logs.seal-day'],
  ...['logs.search', 'radius.disconnect', 'radius.explain', 'radius.forget-signing'],
  ...['role.refused', 'roles.read', 'rules.allow', 'rules.block', 'rules.remove', 'sessions.read'],
  ...['sites.accept', 'sites.drop', 'sites.upload'],
  ...['staff.passkey.added', 'staff.passkey.removed', 'staff.recovery-code.used'],
  ...['staff.second-factor.enrolled', 'staff.session.end', 'staff.sign-in'],
  ...['staff.sign-in.failed', 'tokens.create', 'tokens.revoke', 'unblock.allow', 'unblock.refuse'],
] as const

export type AuditAction = (typeof AUDIT_ACTIONS)[number]

/** What was done with a thing that has a history. */
export const DEEDS = ['create', 'change', 'remove', 'undo'] as const

/** The first word of a subject: what kinds of things `apply` and the pages change. */
export const CHANGED_KINDS = [
  ...['account', 'alert-channel', 'association', 'authority', 'device', 'directory', 'enrolment'],
  ...['filter', 'filtered', 'gateway', 'home', 'inventory', 'legal', 'list', 'network', 'opening'],
  ...['organisation', 'policy', 'realm', 'retention', 'revoked', 'role', 'rule', 'seals'],
  ...['settings', 'sign-in', 'site', 'terms', 'walled-garden'],
] as const

/** As the program writes them. */
export type WrittenAction = AuditAction | `${ChangedThing}.${(typeof DEEDS)[number]}`

type ChangedThing = (typeof CHANGED_KINDS)[number]

export type ReadAction =
  | { readonly deed: (typeof DEEDS)[number]; readonly kind: ChangedThing }
  | { readonly named: AuditAction }

/** Null: a version of the program that is not this one wrote it. */
export function readAction(action: string): ReadAction | null {
  const named = AUDIT_ACTIONS.find((one) => one === action)
  if (named !== undefined) return { named }
  const [kindName, deedName] = action.split('.')
  const kind = CHANGED_KINDS.find((one) => one === kindName)
  const deed = DEEDS.find((one) => one === deedName)
  return kind === undefined || deed === undefined ? null : { kind, deed }
}
