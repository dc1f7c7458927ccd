import type { HeardGateway, Login } from '#db/login-search.ts'
import { LOGIN_REASONS } from './login-reasons.ts'

/** A login in words: what happened, what helps where it was refused, and how it came about. */
export interface LoginStory {
  readonly what: string
  /** Null where nothing is to be done. */
  readonly toDo: string | null
  readonly how: string
}

/** `write` puts an instant as the clock of the place shows it. */
export function tellLogin(login: Login, write: (at: Date) => string): LoginStory {
  const reason = login.reason === null ? null : (LOGIN_REASONS[login.reason] ?? null)
  return {
    what: `${whoOf(login)} ${endOf(login, reason?.what ?? null)}${oftenOf(login, write)}.`,
    toDo: reason?.toDo ?? null,
    how: howOf(login),
  }
}

const METHODS: Readonly<Record<string, string>> = {
  pap: 'PAP',
  chap: 'CHAP',
  mschap: 'MS-CHAP',
  mschapv2: 'MS-CHAPv2',
  mac: 'by the address of the device',
  captive: 'by the address of the device',
  'one-time': 'by a password for one use, made by the page',
  'device-key': 'by a pre-shared key of its own',
  proxied: 'passed on to the home server of the realm',
  ttls: 'EAP-TTLS',
  peap: 'PEAP',
  'eap-tls': 'EAP-TLS',
  eap: '802.1X, before a method was agreed on',
}
const INNER: Readonly<Record<string, string>> = {
  pap: 'PAP',
  gtc: 'EAP-GTC',
  mschapv2: 'MSCHAPv2',
  'eap-mschapv2': 'EAP-MSCHAPv2',
  password: 'a password',
}

function whoOf({ account, nameWithheld, mac, network, outcome }: Login): string {
  if (network === null && mac === null && outcome === 'silence') return 'The gateway'
  const device = mac === null ? '' : ` with the device ${mac}`
  if (account !== null) return `${account}${device}`
  const nameless = mac === null ? 'A device without an address' : `The device ${mac}`
  return nameWithheld ? `Somebody whose name nobody has${device}` : nameless
}

function endOf(
  { outcome, reason, method, network, vlan, sessionSeconds }: Login,
  what: string | null,
): string {
  const why = what === null ? `${reason}` : `${what} (${reason})`
  if (outcome === 'reject') return `was refused: ${why}`
  if (outcome === 'silence') return `had no answer: ${why}`
  if (method === 'captive') {
    return 'was led to the page with the terms, which it has not accepted, or too long ago'
  }
  const where = network === null ? '' : ` to the ${network} network`
  const tag = vlan === null ? '' : `, VLAN ${vlan}`
  const long = sessionSeconds === null ? '' : `, for ${lengthOf(sessionSeconds)} at most`
  return `was let in${where}${tag}${long}`
}

function oftenOf({ count, firstAt }: Login, write: (at: Date) => string): string {
  return count === 1 ? '' : `; ${count} times since ${write(firstAt)}`
}

function howOf(login: Login): string {
  const { method, inner, rounds, rule, serial } = login
  const outer = method === null ? [] : [METHODS[method] ?? method]
  const inside = inner === null ? [] : [`inside it ${INNER[inner] ?? inner}`]
  return [
    ...outer,
    ...inside,
    ...tlsOf(login),
    ...(rounds === null ? [] : [`${rounds} rounds`]),
    ...(serial === null ? [] : [`certificate number ${serial}`]),
    ...answererOf(login),
    ...(rule === null ? [] : [`rule ${rule}`]),
  ].join('; ')
}

function tlsOf({ tlsVersion, cipher, tlsAlert, resumed }: Login): readonly string[] {
  const kind = resumed ? 'resumed' : 'full handshake'
  return [
    ...(tlsVersion === null ? [] : [`${tlsVersion}, ${cipher ?? 'unknown cipher'}, ${kind}`]),
    ...(tlsAlert === null ? [] : [`the device said: ${tlsAlert}`]),
  ]
}

function answererOf({ answerer, directory, answeredMs }: Login): readonly string[] {
  const time = answeredMs === null ? '' : ` in ${answeredMs} ms`
  switch (answerer) {
    case null:
      return []
    case 'local':
      return [`the accounts of the house answered${time}`]
    case 'directory':
      return [
        `the directory ${directory} was asked${answeredMs === null ? '' : `: ${answeredMs} ms`}`,
      ]
    case 'memory':
      return [`the directory ${directory} had said so shortly before`]
    case 'last-good':
      return [`the directory ${directory} did not answer${time}: what it said last was taken`]
    case 'grant':
      return [`the acceptances of the terms answered${time}`]
    case 'certificate':
      return ['the certificate was enough']
    case 'device-key':
      return [directory === null ? 'one of several device keys' : `the device key ${directory}`]
    case 'home-server':
      return [
        answeredMs === null
          ? `the home server ${directory} was asked, and its answer did not come`
          : `the home server ${directory} answered${time}`,
      ]
    default:
      return [`${answerer}${directory === null ? '' : ` ${directory}`} answered${time}`]
  }
}

const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const

/** In the largest unit of which there are two, or one exactly. */
function lengthOf(seconds: number): string {
  const [unit, size] =
    UNITS.find(([, size]) => seconds >= 2 * size || seconds === size) ?? (['second', 1] as const)
  const number = Math.floor(seconds / size)
  return `${number} ${unit}${number === 1 ? '' : 's'}`
}

/** Why nothing may have been found: what the gateways there were heard of. */
export function tellNothing(
  gateways: readonly HeardGateway[],
  asked: { readonly site: string | null; readonly user: string | null },
  write: (at: Date) => string,
): readonly string[] {
  return [
    'No login fits, in the days that are kept.',
    ...gateways.flatMap((gateway) => tellGateway(gateway, write)),
    ...(asked.site !== null && gateways.length === 0
      ? [`No gateway is declared at the place "${asked.site}".`]
      : []),
    ...(asked.user === null
      ? []
      : ['A name that nobody has is not kept, as it may be a password: look by --mac too.']),
    'A gateway whose address is not declared is not heard at all: the log of the role radius names the address (radius.client.unknown).',
    'Some phones use another address in each network: take the one that the phone shows for this network.',
  ]
}

function tellGateway(
  { gateway, site, lastAt, unproven, unprovenAt }: HeardGateway,
  write: (at: Date) => string,
): readonly string[] {
  const heard =
    lastAt === null
      ? `Nothing that could be believed came from ${gateway} (${site}).`
      : `The last login through ${gateway} (${site}) was at ${write(lastAt)}.`
  if (unprovenAt === null) return [heard]
  return [
    heard,
    `${unproven} requests from its address were signed wrongly or not at all, the last at ${write(unprovenAt)}: the secret on the gateway is another than the one declared.`,
  ]
}
