import { ALERT_ROUTES } from './alerts.ts'
import { AUDIT_ROUTES } from './audit.ts'
import { DEVICE_ROUTES } from './devices.ts'
import { FILTER_LEVEL_ROUTES } from './filter-levels.ts'
import { FILTERING_ROUTES } from './filtering.ts'
import { GATEWAY_ROUTES } from './gateways.ts'
import { HEALTH_ROUTES } from './health.ts'
import { HOLD_ROUTES } from './holds.ts'
import { INVENTORY_ROUTES } from './inventory.ts'
import { JOB_ROUTES } from './jobs.ts'
import { LIST_ROUTES } from './lists.ts'
import { NETWORK_ROUTES } from './networks.ts'
import { LOG_ROUTES } from './logs.ts'
import { OVERVIEW_ROUTES } from './overview.ts'
import { PACK_ROUTES } from './packs.ts'
import { ROLE_ROUTES } from './roles.ts'
import type { AdminRoute } from './route.ts'
import { RULE_ROUTES } from './rules.ts'
import { SESSION_ROUTES } from './sessions.ts'
import { SET_UP_ROUTES } from './set-up.ts'
import { SITE_ROUTES } from './sites.ts'
import { TERMS_ROUTES } from './terms.ts'
import { TOKEN_ROUTES } from './tokens.ts'
import { UNBLOCK_ROUTES } from './unblock-requests.ts'

/** All of them, for the server, the document and the test that tries every one with every role. */
export const ADMIN_ROUTES: readonly AdminRoute[] = [
  ...RULE_ROUTES,
  ...UNBLOCK_ROUTES,
  ...SITE_ROUTES,
  ...NETWORK_ROUTES,
  ...GATEWAY_ROUTES,
  ...SET_UP_ROUTES,
  ...AUDIT_ROUTES,
  ...ROLE_ROUTES,
  ...TERMS_ROUTES,
  ...DEVICE_ROUTES,
  ...OVERVIEW_ROUTES,
  ...HEALTH_ROUTES,
  ...ALERT_ROUTES,
  ...SESSION_ROUTES,
  ...LIST_ROUTES,
  ...FILTERING_ROUTES,
  ...FILTER_LEVEL_ROUTES,
  ...JOB_ROUTES,
  ...INVENTORY_ROUTES,
  ...TOKEN_ROUTES,
  ...LOG_ROUTES,
  ...PACK_ROUTES,
  ...HOLD_ROUTES,
]
