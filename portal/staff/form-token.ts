import type { Seal } from '#core/seal.ts'
import type { StaffSession } from '#db/staff-sessions.ts'

/** Only the pages of this session have it: another site can send a form, and cannot read ours. */
export function formToken(seal: Seal, session: Pick<StaffSession, 'digest'>): string {
  return Buffer.from(seal.digest(session.digest, 'staff form')).toString('base64url')
}
