import { REASONS_EN } from './reasons-en.ts'
import { lengthOf } from './words.ts'
import type { LoginWords } from './words.ts'

const withDevice = (mac: string | null): string => (mac === null ? '' : ` with the device ${mac}`)
const nameless = (mac: string | null): string =>
  mac === null ? 'A device without an address' : `The device ${mac}`
const inTime = (ms: number | null): string => (ms === null ? '' : ` in ${ms} ms`)

export const WORDS_EN: LoginWords = {
  reasons: REASONS_EN,
  methods: {
    pap: 'PAP',
    chap: 'CHAP',
    mschap: 'MS-CHAP',
    mschapv2: 'MS-CHAPv2',
    mac: 'by the address of the device',
    'mac-sign-in': 'by the address of a device that its owner let in',
    captive: 'by the address of the device',
    'one-time': 'by a password for one use, made by the page',
    'device-key': 'by a pre-shared key of its own',
    proxied: 'passed on to the home server of the realm',
    ttls: 'EAP-TTLS',
    peap: 'PEAP',
    'eap-tls': 'EAP-TLS',
    eap: '802.1X, before a method was agreed on',
  },
  inner: {
    pap: 'PAP',
    gtc: 'EAP-GTC',
    mschapv2: 'MSCHAPv2',
    'eap-mschapv2': 'EAP-MSCHAPv2',
    password: 'a password',
  },

  theGateway: 'The gateway',
  account: (account, mac) => `${account}${withDevice(mac)}`,
  nameless,
  nameOfNobody: (mac) => `Somebody whose name nobody has${withDevice(mac)}`,

  refused: (why) => `was refused: ${why}`,
  noAnswer: (why) => `had no answer: ${why}`,
  reason: (what, code) => `${what} (${code})`,
  ledToThePage: 'was led to the page with the terms, which it has not accepted, or too long ago',
  ledToSignIn: 'was led to the page where its owner signs in for it',
  letIn(network, vlan, seconds) {
    const where = network === null ? '' : ` to the ${network} network`
    const tag = vlan === null ? '' : `, VLAN ${vlan}`
    return `was let in${where}${tag}${seconds === null ? '' : `, for ${lengthOf(seconds, 'en')} at most`}`
  },
  often: (count, since) => `; ${count} times since ${since}`,

  inside: (method) => `inside it ${method}`,
  tls: (version, cipher, isResumed) =>
    `${version}, ${cipher ?? 'unknown cipher'}, ${isResumed ? 'resumed' : 'full handshake'}`,
  alert: (alert) => `the device said: ${alert}`,
  rounds: (rounds) => `${rounds} rounds`,
  certificate: (serial) => `certificate number ${serial}`,
  rule: (rule) => `rule ${rule}`,
  answerers: {
    local: (_, ms) => `the accounts of the house answered${inTime(ms)}`,
    directory: (name, ms) => `the directory ${name} was asked${ms === null ? '' : `: ${ms} ms`}`,
    memory: (name) => `the directory ${name} had said so shortly before`,
    'last-good': (name, ms) =>
      `the directory ${name} did not answer${inTime(ms)}: what it said last was taken`,
    grant: (_, ms) => `the record of who was let in answered${inTime(ms)}`,
    certificate: () => 'the certificate was enough',
    'device-key': (name) =>
      name === null ? 'one of several device keys' : `the device key ${name}`,
    'home-server': (name, ms) =>
      ms === null
        ? `the home server ${name} was asked, and its answer did not come`
        : `the home server ${name} answered${inTime(ms)}`,
  },
  otherAnswerer: (answerer, name, ms) =>
    `${answerer}${name === null ? '' : ` ${name}`} answered${inTime(ms)}`,

  nothingFits: 'No login fits, in the days that are kept.',
  nothingHeard: (gateway, site) => `Nothing that could be believed came from ${gateway} (${site}).`,
  lastHeard: (gateway, site, at) => `The last login through ${gateway} (${site}) was at ${at}.`,
  unproven: (count, at) =>
    `${count} requests from its address were signed wrongly or not at all, the last at ${at}: the secret on the gateway is another than the one declared.`,
  noGateway: (site) => `No gateway is declared at the place "${site}".`,
  lookByAddress: 'A name that nobody has is not kept, as it may be a password: look by --mac too.',
  undeclaredAddress:
    'A gateway whose address is not declared is not heard at all: the log of the role radius names the address (radius.client.unknown).',
  otherAddress:
    'Some phones use another address in each network: take the one that the phone shows for this network.',
}
