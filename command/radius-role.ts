import { mkdirSync, writeFileSync } from 'node:fs'
import type { Role } from '#core/role.ts'
import { createRadiusServer } from '../radius-server/main.ts'
import type { RadiusDeps } from '../radius-server/main.ts'
import { caFile } from './demo.ts'

/** Writes the root certificate where people who set up devices find it. */
export function createRadiusRole(deps: RadiusDeps): Role {
  const radius = createRadiusServer(deps)
  return {
    ...radius,
    async start() {
      await radius.start()
      const pem = radius.caPem()
      if (pem === null) return
      mkdirSync(deps.config.dataDir, { recursive: true })
      writeFileSync(caFile(deps.config.dataDir), pem)
    },
  }
}
