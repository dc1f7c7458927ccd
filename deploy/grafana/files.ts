import { dashboardOf } from './dashboard.ts'
import { dns } from './definitions/dns.ts'
import { log } from './definitions/log.ts'
import { overview } from './definitions/overview.ts'
import { portal } from './definitions/portal.ts'
import { radius } from './definitions/radius.ts'

/** The dashboards as files, by name. */
export function dashboardFiles(): ReadonlyMap<string, string> {
  return new Map(
    [overview, radius, portal, dns, log].map((definition) => [
      `${definition.uid.replace('accueil-', '')}.json`,
      `${JSON.stringify(dashboardOf(definition), null, 2)}\n`,
    ]),
  )
}
