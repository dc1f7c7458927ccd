import type { Hono } from 'hono'
import type { Services } from '../services.ts'
import { requireRecent } from '../staff/require-session.ts'
import { staffForm } from '../staff/staff-form.ts'
import { listOwnDevices, revokeOwnDevice, showOwnDevice } from './devices.ts'
import { askForKey, makeKey, revokeKey } from './keys.ts'
import { askForDevice, enrolDevice, profileForPassword } from './new-device.ts'
import {
  CRL_FOLDER,
  DEVICES_PATH,
  NEW_DEVICE_PATH,
  NEW_KEY_PATH,
  OCSP_PATH,
  PROFILE_PATH,
  ROOTS_PATH,
} from './paths.ts'
import { ocspByGet, ocspByPost, revocationList, roots } from './status.ts'

/** Whoever takes a credential away with them has proved who they are within these minutes. */
const RECENT_MINUTES = 30

/** What certificates count, for programs that ask: without a session, as they have none. */
export function statusPipeline(app: Hono, services: Services): void {
  app.get(`${CRL_FOLDER}:name`, revocationList(services))
  app.get(`${OCSP_PATH}/*`, ocspByGet(services))
  app.post(OCSP_PATH, ocspByPost(services))
  app.get(ROOTS_PATH, roots(services))
}

/** The pages of one's own devices; behind `requireSession`. */
export function enrolmentPipeline(app: Hono, services: Services): void {
  const recent = requireRecent(services, RECENT_MINUTES, () => NEW_DEVICE_PATH)
  app.get(DEVICES_PATH, listOwnDevices(services))
  // Before the page of one device: "new" is none.
  app.get(NEW_DEVICE_PATH, recent, askForDevice(services))
  app.post(NEW_DEVICE_PATH, recent, staffForm(services), enrolDevice(services))
  app.post(PROFILE_PATH, recent, staffForm(services), profileForPassword(services))
  const recentForKey = requireRecent(services, RECENT_MINUTES, () => NEW_KEY_PATH)
  app.get(NEW_KEY_PATH, recentForKey, askForKey(services))
  app.post(NEW_KEY_PATH, recentForKey, staffForm(services), makeKey(services))
  app.post(`${DEVICES_PATH}/keys/:name/revoke`, staffForm(services), revokeKey(services))
  app.get(`${DEVICES_PATH}/:id`, showOwnDevice(services))
  // Without another proof: somebody whose laptop was stolen is in a hurry.
  app.post(`${DEVICES_PATH}/:id/revoke`, staffForm(services), revokeOwnDevice(services))
}
