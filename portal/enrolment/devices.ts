import type { Handler } from 'hono'
import { reasonOf } from '#core/error.ts'
import { actorOf } from '#db/people.ts'
import type { Services } from '../services.ts'
import { sessionOf } from '../staff/require-session.ts'
import { sendStaffPage, sendStaffProblem, staffFrameOf } from '../staff/send-staff-page.ts'
import { formOf } from '../staff/staff-form.ts'
import { sendClosed } from './closed.ts'
import { counts } from './device-days.ts'
import { REVOCATION_REASONS, devicePage } from './device-page.ts'
import { DONE, devicesPage } from './devices-page.ts'
import { DEVICES_PATH } from './paths.ts'
import { guessDevice } from './ways.ts'

/** `GET /staff/devices`: one's own. */
export function listOwnDevices(services: Services): Handler {
  return async function listOwnDevicesHandler(c) {
    const { account } = sessionOf(c).person
    const owned = await tried(services, () =>
      Promise.all([
        services.enrolment.list(account),
        services.enrolment.listKeys(account),
        services.internal.list(account),
      ]),
    )
    if (owned === 'away') return sendStaffProblem(c, services, 'unavailable', { status: 503 })
    const [devices, keys, internal] = owned
    const done = new URL(c.req.url).searchParams.get('done')
    const frame = staffFrameOf(c, services)
    const content = devicesPage(frame, {
      devices,
      keys,
      internal,
      hasKeys: services.enrolment.settings().things !== null,
      generations: services.enrolment.generations(),
      guessed: guessDevice(c.req.header('User-Agent') ?? ''),
      now: services.clock(),
      done: DONE.find((one) => one === done) ?? null,
    })
    return sendStaffPage(c, services, { ...content, frame })
  }
}

/** `GET /staff/devices/ID` */
export function showOwnDevice(services: Services): Handler {
  return async function showOwnDeviceHandler(c) {
    const { account } = sessionOf(c).person
    const devices = await tried(services, () => services.enrolment.list(account))
    if (devices === 'away') return sendStaffProblem(c, services, 'unavailable', { status: 503 })
    const now = services.clock()
    const device = devices.find(({ id }) => id === c.req.param('id'))
    if (device === undefined || !counts(device, now)) return sendClosed(c, services, 'unknown', 404)
    const frame = staffFrameOf(c, services)
    const way = guessDevice(c.req.header('User-Agent') ?? '')?.way ?? 'pkcs12'
    return sendStaffPage(c, services, { ...devicePage(frame, { device, way, now }), frame })
  }
}

/** `POST /staff/devices/ID/revoke` */
export function revokeOwnDevice(services: Services): Handler {
  return async function revokeOwnDeviceHandler(c) {
    const { person } = sessionOf(c)
    const id = c.req.param('id') ?? ''
    const given = formOf(c).get('reason')
    const reason = REVOCATION_REASONS.find((one) => one === given)
    if (reason === undefined) return sendClosed(c, services, 'wrong', 400)
    const { account } = person
    const wish = { id, account, actor: actorOf(person), reason }
    const isRevoked = await tried(services, () => services.enrolment.revoke(wish))
    if (isRevoked === 'away') return sendStaffProblem(c, services, 'unavailable', { status: 503 })
    if (!isRevoked) return sendClosed(c, services, 'unknown', 404)
    return c.redirect(`${DEVICES_PATH}?done=revoked`, 303)
  }
}

/** What the database says, or that it is away, which is counted. */
export async function tried<T>(services: Services, work: () => Promise<T>): Promise<T | 'away'> {
  try {
    return await work()
  } catch (thrown) {
    services.counters.databaseFailures.inc()
    services.log.warn('portal.staff.unavailable', { reason: reasonOf(thrown) })
    return 'away'
  }
}
