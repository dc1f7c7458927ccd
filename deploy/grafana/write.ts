import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { dashboardFiles } from './files.ts'

/** `node deploy/grafana/write.ts` after a change of a definition. */
for (const [name, text] of dashboardFiles()) {
  writeFileSync(join(import.meta.dirname, 'dashboards', name), text)
}
