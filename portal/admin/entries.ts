import type { Action, Rights } from '#core/rights.ts'
import type { AdminText } from '../text/admin-fr.ts'
import { ADMIN_HOME, AUDIT_PATH, PLACES_PATH, REQUESTS_PATH, RULES_PATH } from './admin-paths.ts'

interface AdminEntry {
  readonly path: string
  readonly name: keyof AdminText['navigation']
  readonly action: Action
}

/** In the order of a volunteer's day. */
const ENTRIES: readonly AdminEntry[] = [
  { path: ADMIN_HOME, name: 'overview', action: 'sites.read' },
  { path: PLACES_PATH, name: 'places', action: 'sites.read' },
  { path: REQUESTS_PATH, name: 'requests', action: 'rules.read' },
  { path: RULES_PATH, name: 'rules', action: 'rules.read' },
  { path: AUDIT_PATH, name: 'audit', action: 'audit.read' },
]

/** Whether there is anything for this person under /admin. */
export function hasAdministration(rights: Rights): boolean {
  return adminEntries(rights).length > 0
}

export function adminEntries(rights: Rights | null): readonly AdminEntry[] {
  return ENTRIES.filter(({ action }) => rights?.has(action) === true)
}
