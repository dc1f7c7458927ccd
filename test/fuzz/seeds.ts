import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readVectors } from '../../radius-server/testing/vectors.ts'
import {
  ATTRIBUTE,
  CODE,
  accessRequest,
  accountingRequest,
  attribute,
  encode,
} from '../support/peers/radius-packet.ts'

/** The packets that are damaged: the text vectors, and well-formed ones under another secret. */
export interface Seeds {
  readonly radius: readonly Buffer[]
  readonly accounting: readonly Buffer[]
  readonly dns: readonly Buffer[]
}

const WRONG_SECRET = 'this-is-not-the-secret'

export function readSeeds(): Seeds {
  const radius = readVectors().map(({ packet }) => packet)
  return {
    radius: [...radius, ...accessRequests()],
    accounting: [...radius, ...accountingRequests()],
    dns: [...vectors('dns'), ...queries()],
  }
}

/** Every run of hex in test/vectors/FOLDER that is long enough to be a packet. */
function vectors(folder: string): readonly Buffer[] {
  const path = join(import.meta.dirname, '../vectors', folder)
  if (!existsSync(path)) return []
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.txt'))
    .flatMap((name) => readFileSync(join(path, name), 'utf8').split('\n'))
    .map((line) => line.replace(/#.*/, ''))
    .flatMap((line) => line.match(/(?:[0-9a-f]{2} ?){12,}/gi) ?? [])
    .map((hex) => Buffer.from(hex.replaceAll(' ', ''), 'hex'))
}

function accessRequests(): readonly Buffer[] {
  const who = [
    attribute(ATTRIBUTE.userName, 'bob'),
    attribute(ATTRIBUTE.nasIpAddress, Buffer.from([127, 0, 0, 1])),
    attribute(ATTRIBUTE.nasIdentifier, 'gw-0042'),
    attribute(ATTRIBUTE.callingStationId, '02-00-5E-10-00-01'),
  ]
  const identity = Buffer.from([2, 1, 0, 8, 1, 0x62, 0x6f, 0x62])
  const hello = Buffer.concat([Buffer.from([2, 2, 0, 106, 21, 0]), Buffer.alloc(100, 0x16)])
  const eap = [identity, hello].map((value) => [...who, attribute(ATTRIBUTE.eapMessage, value)])
  const base = { identifier: 1, secret: WRONG_SECRET }
  const signed = [who, ...eap].map((attributes) => accessRequest({ ...base, attributes }))
  const state = attribute(24, Buffer.alloc(16, 9))
  return [
    ...signed,
    accessRequest({ ...base, attributes: who, password: 'hello' }),
    accessRequest({ ...base, attributes: [...(eap[1] ?? []), state] }),
    // Proxy-State, EAP and no Message-Authenticator: must never be answered either
    accessRequest({ ...base, attributes: [...(eap[0] ?? [])], signed: false }),
    accessRequest({
      ...base,
      attributes: [...who, attribute(ATTRIBUTE.proxyState, 'proxy')],
      password: 'hello',
      signed: false,
    }),
    // Status-Server, CoA-Request, and replies nobody asked for
    ...[12, 43, 40, 2, 3, 11, 5].map((code) =>
      encode({ code, identifier: 3, authenticator: Buffer.alloc(16, 5), attributes: who }),
    ),
  ]
}

function accountingRequests(): readonly Buffer[] {
  const common = [
    attribute(ATTRIBUTE.userName, 'bob'),
    attribute(ATTRIBUTE.nasIdentifier, 'gw-0042'),
    attribute(ATTRIBUTE.callingStationId, '02-00-5E-10-00-01'),
    attribute(ATTRIBUTE.framedIpAddress, Buffer.from([10, 213, 200, 43])),
    attribute(ATTRIBUTE.acctSessionId, '5F3A0001'),
    attribute(ATTRIBUTE.eventTimestamp, 1_795_000_000),
    attribute(ATTRIBUTE.acctInputOctets, 0xffff_ffff),
  ]
  const start = 1
  const accountingOn = 7
  const kinds = [start, 2, 3, accountingOn, 8, 15]
  return [
    ...kinds.map((status) =>
      accountingRequest(1, WRONG_SECRET, [attribute(ATTRIBUTE.acctStatusType, status), ...common]),
    ),
    encode({
      code: CODE.accountingRequest,
      identifier: 1,
      authenticator: Buffer.alloc(16),
      attributes: common,
    }),
  ]
}

/** Queries for a blocked name and others, with and without EDNS, and a few odd shapes. */
function queries(): readonly Buffer[] {
  const blocked = name('bad', 'example')
  const long = name(...Array.from({ length: 4 }, () => 'x'.repeat(57)))
  const opt = Buffer.from('0000291000000080000000', 'hex')
  const cookie = Buffer.from(
    '00002904d00000000000 0c000a00080102030405060708'.replace(' ', ''),
    'hex',
  )
  const flags = 0x0100
  return [
    query(flags, [blocked, 1], []),
    query(flags, [blocked, 65], [opt]),
    query(flags, [name('www', 'example', 'com'), 28], [cookie]),
    query(flags, [long, 255], [opt]),
    query(flags, [name(), 2], [opt, opt]),
    // a compression pointer to itself in the question
    query(flags, [Buffer.from([0xc0, 0x0c]), 1], []),
    query(0x2800, [blocked, 6], []),
    // an answer, which must never be answered
    query(0x8180, [blocked, 1], []),
  ]
}

function query(
  flags: number,
  [question, type]: readonly [Buffer, number],
  additional: readonly Buffer[],
): Buffer {
  const head = Buffer.alloc(12)
  head.writeUInt16BE(0x4242, 0)
  head.writeUInt16BE(flags, 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt16BE(additional.length, 10)
  return Buffer.concat([head, question, Buffer.from([type >> 8, type & 255, 0, 1]), ...additional])
}

function name(...labels: readonly string[]): Buffer {
  const parts = labels.map((label) => Buffer.from([label.length, ...Buffer.from(label)]))
  return Buffer.concat([...parts, Buffer.from([0])])
}
