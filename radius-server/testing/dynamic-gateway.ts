import { createHash, createHmac } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { ATTRIBUTE } from '../dictionary.ts'

/*
 * What answers CoA and Disconnect at a gateway, by the letter of RFC 5176 with node:crypto alone. It
 * says nothing to a request that is not signed as it should be.
 */

export interface Asked {
  readonly code: number
  /** Text of each attribute by type; a Vendor-Specific one by `26/VENDOR/TYPE`. */
  readonly texts: ReadonlyMap<string, string>
  readonly types: readonly number[]
  readonly bytes: Buffer
}

/** True acknowledges, a number refuses with that Error-Cause, null says nothing. */
export type Script = (asked: Asked, nth: number) => true | number | null

export interface DynamicGateway extends AsyncDisposable {
  readonly port: number
  readonly asked: readonly Asked[]
}

/** Listens as a gateway does on UDP 3799. */
export async function startDynamicGateway(
  script: Script,
  secret: string,
  forge: (reply: Buffer) => Buffer = (reply) => reply,
): Promise<DynamicGateway> {
  const socket = createSocket('udp4')
  const asked: Asked[] = []
  socket.on('message', (bytes, from) => {
    const reply = answer(bytes, script, secret, asked)
    if (reply !== null) socket.send(forge(reply), from.port, from.address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return {
    asked,
    port: socket.address().port,
    async [Symbol.asyncDispose]() {
      socket.close()
      await once(socket, 'close')
    },
  }
}

/** The reply of the script to one request, and a note of it in `asked`. */
export function answer(
  bytes: Buffer,
  script: Script,
  secret: string,
  asked: Asked[],
): Buffer | null {
  if (!isSigned(bytes, secret)) return null
  const request = readAsked(bytes)
  const said = script(request, asked.length)
  asked.push(request)
  if (said === null) return null
  const cause = Buffer.from([ATTRIBUTE['Error-Cause'], 6, 0, 0, 0, 0])
  if (said !== true) cause.writeUInt32BE(said, 2)
  const body = Buffer.concat([
    Buffer.from([ATTRIBUTE['Message-Authenticator'], 18, ...Buffer.alloc(16)]),
    said === true ? Buffer.alloc(0) : cause,
  ])
  const reply = Buffer.concat([bytes.subarray(0, 20), body])
  reply.writeUInt8(request.code + (said === true ? 1 : 2))
  reply.writeUInt16BE(reply.length, 2)
  createHmac('md5', secret).update(reply).digest().copy(reply, 22)
  createHash('md5').update(reply).update(secret).digest().copy(reply, 4)
  return reply
}

/** RFC 5176 §2.3 and §3.4, and the time against replays (§6.3). */
function isSigned(bytes: Buffer, secret: string): boolean {
  const zeroed = Buffer.from(bytes).fill(0, 4, 20)
  const digest = createHash('md5').update(zeroed).update(secret).digest()
  if (!digest.equals(bytes.subarray(4, 20))) return false
  if (bytes[20] !== ATTRIBUTE['Message-Authenticator']) return false
  const given = bytes.subarray(22, 38)
  if (
    !createHmac('md5', secret)
      .update(zeroed.fill(0, 22, 38))
      .digest()
      .equals(given)
  )
    return false
  return readAsked(bytes).types.includes(ATTRIBUTE['Event-Timestamp'])
}

export function readAsked(bytes: Buffer): Asked {
  const texts = new Map<string, string>()
  const types: number[] = []
  for (let at = 20; at < bytes.length; at += bytes.readUInt8(at + 1)) {
    const type = bytes.readUInt8(at)
    const value = bytes.subarray(at + 2, at + bytes.readUInt8(at + 1))
    types.push(type)
    if (type === ATTRIBUTE['Vendor-Specific']) {
      const key = `26/${value.readUInt32BE(0)}/${value.readUInt8(4)}`
      const before = texts.get(key)
      const text = value.subarray(6).toString()
      texts.set(key, before === undefined ? text : `${before} ${text}`)
    } else texts.set(String(type), value.toString())
  }
  return { code: bytes.readUInt8(0), texts, types, bytes }
}
