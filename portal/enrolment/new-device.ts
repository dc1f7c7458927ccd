import type { Context, Handler } from 'hono'
import { makeKeyPair } from '#core/pki/keys.ts'
import { certificatesOf } from '#core/pki/pem.ts'
import { readSigningRequest } from '#core/pki/signing-request.ts'
import { ENROLMENT_LIMITS } from '#db/device-enrolment.ts'
import type { Enrolment, IssuedCertificate, OwnDevice } from '#db/device-enrolment.ts'
import { DEVICE_NAME_PREFIX, makeDevicePassword } from '#db/device-names.ts'
import { actorOf } from '#db/people.ts'
import type { Services } from '../services.ts'
import { sessionOf } from '../staff/require-session.ts'
import { sendStaffPage, sendStaffProblem, staffFrameOf } from '../staff/send-staff-page.ts'
import { formOf } from '../staff/staff-form.ts'
import { sendClosed } from './closed.ts'
import { counts } from './device-days.ts'
import { tried } from './devices.ts'
import { makeProfile, pkcs12File } from './make-profile.ts'
import { newDevicePage } from './new-device-page.ts'
import type { NewDeviceError, NewDevicePage } from './new-device-page.ts'
import { passwordPage } from './password-page.ts'
import { bytes, fileName } from './profiles/profile.ts'
import type { ProfileCredential, ProfileFile, StaffNetwork } from './profiles/profile.ts'
import { staffNetworkOf } from './staff-network.ts'
import { USUAL_KIND, guessDevice, isDeviceKind, isProfileWay, isWay } from './ways.ts'
import type { Way } from './ways.ts'

const PASSPHRASE = /^[a-z2-9]{5}(-[a-z2-9]{1,5}){5}$/

/** `GET /staff/devices/new?way=apple`, with `&device=ID` to renew one. */
export function askForDevice(services: Services): Handler {
  return async function askForDeviceHandler(c) {
    const { searchParams } = new URL(c.req.url)
    const guessed = guessDevice(c.req.header('User-Agent') ?? '')
    const asked = searchParams.get('way')
    const way = isWay(asked) ? asked : (guessed?.way ?? 'pkcs12')
    const network = staffNetworkOf(services)
    if (typeof network === 'string') return sendClosed(c, services, network, 503)
    const device = await ownDevice(c, services, searchParams.get('device'))
    if (device === 'away') return sendStaffProblem(c, services, 'unavailable', { status: 503 })
    if (device === 'unknown') return sendClosed(c, services, 'unknown', 404)
    return show(c, services, { way, network, device, error: null, name: device?.name ?? '' })
  }
}

/** `POST /staff/devices/new`: answers with the file, which is nowhere else. */
export function enrolDevice(services: Services): Handler {
  return async function enrolDeviceHandler(c) {
    const form = formOf(c)
    const asked = form.get('way')
    const network = staffNetworkOf(services)
    if (typeof network === 'string') return sendClosed(c, services, network, 503)
    if (!isWay(asked)) return sendClosed(c, services, 'wrong', 400)
    if (asked === 'password' && !services.enrolment.settings().passwords) {
      return sendClosed(c, services, 'noPasswords', 403)
    }
    const device = await ownDevice(c, services, form.get('device'))
    if (device === 'away') return sendStaffProblem(c, services, 'unavailable', { status: 503 })
    if (device === 'unknown') return sendClosed(c, services, 'unknown', 404)
    const name = device?.name ?? (form.get('name') ?? '').trim()
    const again = (error: NewDeviceError): Response | Promise<Response> =>
      show(c, services, { way: asked, network, device, error, name })
    if (!isName(name)) return again('name')
    const wish = { ...enrolmentOf(c, services, device), name }
    if (asked === 'password') return withPassword(c, services, network, wish, again)
    return withCertificate(c, services, { way: asked, network, device, wish, again })
  }
}

function isName(name: string): boolean {
  return name !== '' && name.length <= ENROLMENT_LIMITS.nameCharacters && !/\p{Cc}/u.test(name)
}

function enrolmentOf(c: Context, services: Services, device: OwnDevice | null): Enrolment {
  const { person } = sessionOf(c)
  const { account, how, groups } = person
  const kind = device?.kind ?? formOf(c).get('kind')
  return {
    owner: { account, how, groups },
    name: '',
    kind: isDeviceKind(kind) ? kind : 'other',
    days: services.enrolment.settings().days,
    actor: actorOf(person),
    now: services.clock(),
  }
}

/** One's own that counts and has a certificate; null where none was named. */
async function ownDevice(
  c: Context,
  services: Services,
  id: string | null,
): Promise<OwnDevice | null | 'unknown' | 'away'> {
  if (id === null || id === '') return null
  const { account } = sessionOf(c).person
  const devices = await tried(services, () => services.enrolment.list(account))
  if (devices === 'away') return 'away'
  const device = devices.find((one) => one.id === id)
  const isFit = device?.credential === 'certificate' && counts(device, services.clock())
  return isFit ? device : 'unknown'
}

function show(
  c: Context,
  services: Services,
  page: Pick<NewDevicePage, 'way' | 'network' | 'error' | 'name'> & {
    readonly device: OwnDevice | null
  },
): Response | Promise<Response> {
  const frame = staffFrameOf(c, services)
  const guessed = guessDevice(c.req.header('User-Agent') ?? '')
  const form = page.error === null ? null : formOf(c)
  const isHere = guessed?.way === page.way
  const kind = form?.get('kind') ?? (isHere ? guessed.kind : USUAL_KIND[page.way])
  const content = newDevicePage(frame, {
    ...page,
    device: page.device?.id ?? null,
    example: `${guessed?.make ?? 'iPhone'} ${sessionOf(c).person.name}`,
    kind: isDeviceKind(kind) ? kind : 'other',
    passphrase: makeDevicePassword(),
    request: form?.get('request') ?? '',
    passwords: services.enrolment.settings().passwords,
  })
  return sendStaffPage(c, services, {
    ...content,
    frame,
    status: page.error === null ? 200 : 422,
  })
}

async function withPassword(
  c: Context,
  services: Services,
  network: StaffNetwork,
  wish: Enrolment,
  again: (error: NewDeviceError) => Response | Promise<Response>,
): Promise<Response> {
  const password = makeDevicePassword()
  const generation = services.enrolment.generations().at(-1)?.generation
  if (generation === undefined) return again('no-authority')
  const made = await tried(services, () =>
    services.enrolment.enrolWithPassword({ ...wish, password, generation }),
  )
  if (made === 'away') return sendStaffProblem(c, services, 'unavailable', { status: 503 })
  if (!made.ok) return again(made.reason)
  const frame = staffFrameOf(c, services)
  const { id } = made
  const username = usernameOf(id, network)
  const content = passwordPage(frame, { id, name: wish.name, username, password, network })
  return sendStaffPage(c, services, { ...content, frame })
}

function usernameOf(id: string, { realm }: StaffNetwork): string {
  return realm === null ? `${DEVICE_NAME_PREFIX}${id}` : `${DEVICE_NAME_PREFIX}${id}@${realm}`
}

async function withCertificate(
  c: Context,
  services: Services,
  o: {
    readonly way: Exclude<Way, 'password'>
    readonly network: StaffNetwork
    readonly device: OwnDevice | null
    readonly wish: Enrolment
    readonly again: (error: NewDeviceError) => Response | Promise<Response>
  },
): Promise<Response> {
  const { way, network, device, wish, again } = o
  const form = formOf(c)
  const passphrase = way === 'pkcs12' ? (form.get('passphrase') ?? '') : makeDevicePassword()
  // It was made by the page and comes back with the form: one of somebody's own could be guessed.
  if (!PASSPHRASE.test(passphrase)) return sendClosed(c, services, 'wrong', 400)
  const request = way === 'request' ? await readSigningRequest(form.get('request') ?? '') : null
  if (request !== null && !request.ok) return again(request.reason)
  const pair = request === null ? await makeKeyPair('p256') : null
  const publicKey = request?.publicKey ?? pair?.publicKey ?? new Uint8Array()
  const { enrolment } = services
  const issued = await tried(services, () =>
    device === null
      ? enrolment.enrol({ ...wish, publicKey })
      : enrolment.renew({ ...wish, publicKey, id: device.id }),
  )
  if (issued === 'away') return sendStaffProblem(c, services, 'unavailable', { status: 503 })
  if (!issued.ok) return again(issued.reason)
  if (pair === null) return sendFile(c, certificateFile(network, issued))
  const credential = {
    kind: 'certificate',
    ...{ id: issued.id, certificatePem: issued.certificatePem, endsAt: issued.endsAt },
    chainPem: certificatesOf(issued.chainPem),
    ...{ keyPem: pair.keyPem, passphrase },
  } as const
  if (!isProfileWay(way)) return sendFile(c, pkcs12File(network, credential))
  return sendFile(c, await profileOf(services, way, network, credential))
}

function profileOf(
  services: Services,
  way: Parameters<typeof makeProfile>[0],
  network: StaffNetwork,
  credential: ProfileCredential,
): Promise<ProfileFile> {
  const { signer } = services.enrolment
  return makeProfile(way, network, credential, { signer, now: services.clock() })
}

function certificateFile(network: StaffNetwork, issued: IssuedCertificate): ProfileFile {
  return {
    name: fileName(network, 'pem'),
    type: 'application/x-pem-file',
    content: bytes(issued.certificatePem + issued.chainPem),
  }
}

/** `POST /staff/devices/profile`: for a device whose password is still on the page. */
export function profileForPassword(services: Services): Handler {
  return async function profileForPasswordHandler(c) {
    const form = formOf(c)
    const way = form.get('way')
    const id = form.get('device') ?? ''
    const password = form.get('password') ?? ''
    const network = staffNetworkOf(services)
    if (typeof network === 'string') return sendClosed(c, services, network, 503)
    if (!isProfileWay(way)) return sendClosed(c, services, 'wrong', 400)
    const { account } = sessionOf(c).person
    const isRight = await tried(services, () =>
      services.enrolment.hasPassword(account, id, password),
    )
    if (isRight === 'away') return sendStaffProblem(c, services, 'unavailable', { status: 503 })
    if (!isRight) return sendClosed(c, services, 'unknown', 404)
    const endsAt = services.clock() + services.enrolment.settings().days * 86_400_000
    const username = usernameOf(id, network)
    const credential = { kind: 'password', id, username, password, endsAt } as const
    return sendFile(c, await profileOf(services, way, network, credential))
  }
}

function sendFile(c: Context, { name, type, content }: ProfileFile): Response {
  c.header('Cache-Control', 'no-store')
  c.header('Content-Disposition', `attachment; filename="${name}"`)
  return c.body(content, 200, { 'Content-Type': type })
}
