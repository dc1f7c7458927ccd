import { serverName } from '#core/pki/server-name.ts'
import { rootsOf } from '#db/own-authority.ts'
import type { Services } from '../services.ts'
import type { StaffNetwork } from './profiles/profile.ts'

/** What profiles say of the network; a reason while there is nothing to say. */
export function staffNetworkOf(services: Services): StaffNetwork | 'noNetwork' | 'noAuthority' {
  const { ssids, realm } = services.enrolment.settings()
  const roots = rootsOf(services.enrolment.generations(), services.clock())
  if (ssids.length === 0) return 'noNetwork'
  if (roots.length === 0) return 'noAuthority'
  const organisation = services.house().look.name
  return { organisation, ssids, realm, serverName: serverName(services.publicUrl), roots }
}
