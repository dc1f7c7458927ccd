import type { Action, Rights } from '#core/rights.ts'
import type { AdminText } from '../text/admin-fr.ts'
import {
  ADMIN_HOME,
  ALERTS_PATH,
  AUDIT_PATH,
  DEVICES_PATH,
  FILTERING_PATH,
  HEALTH_PATH,
  LOGS_PATH,
  PACKS_PATH,
  PEOPLE_PATH,
  PLACES_PATH,
  REQUESTS_PATH,
  RULES_PATH,
  SESSIONS_PATH,
  TERMS_PATH,
} from './admin-paths.ts'

interface AdminEntry {
  readonly path: string
  readonly name: keyof AdminText['navigation']
  /** Whoever may do one of them finds the page. */
  readonly actions: readonly Action[]
}

/** In the order of a volunteer's day. */
const ENTRIES: readonly AdminEntry[] = [
  { path: ADMIN_HOME, name: 'overview', actions: ['sites.read'] },
  { path: PLACES_PATH, name: 'places', actions: ['sites.read'] },
  { path: REQUESTS_PATH, name: 'requests', actions: ['rules.read'] },
  { path: RULES_PATH, name: 'rules', actions: ['rules.read'] },
  { path: FILTERING_PATH, name: 'filtering', actions: ['rules.read'] },
  { path: SESSIONS_PATH, name: 'sessions', actions: ['sessions.read'] },
  { path: LOGS_PATH, name: 'logs', actions: ['logs.search'] },
  { path: PACKS_PATH, name: 'packs', actions: ['logs.search', 'logs.approve'] },
  { path: TERMS_PATH, name: 'terms', actions: ['terms.read'] },
  { path: PEOPLE_PATH, name: 'people', actions: ['roles.read'] },
  { path: DEVICES_PATH, name: 'devices', actions: ['devices.read'] },
  { path: ALERTS_PATH, name: 'alerts', actions: ['alerts.read'] },
  { path: HEALTH_PATH, name: 'health', actions: ['health.read'] },
  { path: AUDIT_PATH, name: 'audit', actions: ['audit.read'] },
]

/** Whether there is anything for this person under /admin. */
export function hasAdministration(rights: Rights): boolean {
  return adminEntries(rights).length > 0
}

export function adminEntries(rights: Rights | null): readonly AdminEntry[] {
  return ENTRIES.filter(({ actions }) => actions.some((action) => rights?.has(action) === true))
}
