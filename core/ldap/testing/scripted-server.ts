import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { BerReader, BerWriter } from 'ldapts'

/** One question, as far as a test looks at it. */
export interface Asked {
  readonly kind: 'bind' | 'search' | 'extended' | 'unbind' | 'other'
  readonly messageId: number
  /** Of a bind. */
  readonly dn: string
  readonly password: string
  /** Of a search: its base. */
  readonly base: string
}

/**
 * A server of LDAP that does what a test says, for what a real one cannot be made to do: answer at a
 * moment, say too much, break off in the middle.
 */
export interface ScriptedServer extends AsyncDisposable {
  readonly url: string
  readonly asked: readonly Asked[]
  /** Connections that were opened so far. */
  readonly connections: number
}

export async function startScriptedServer(
  script: (asked: Asked, socket: Socket) => void,
): Promise<ScriptedServer> {
  const asked: Asked[] = []
  const sockets = new Set<Socket>()
  let connections = 0
  const server = createServer((socket) => {
    connections += 1
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy())
    let rest = Buffer.alloc(0)
    socket.on('data', (chunk) => {
      rest = Buffer.concat([rest, chunk])
      for (;;) {
        const reader = new BerReader(rest)
        const tag = reader.readSequence()
        if (tag === null || reader.remain < reader.length) return
        const end = reader.offset + reader.length
        const one = read(rest.subarray(0, end))
        rest = rest.subarray(end)
        asked.push(one)
        script(one, socket)
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `ldap://127.0.0.1:${port}`,
    asked,
    get connections() {
      return connections
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

const KINDS: Readonly<Record<number, Asked['kind']>> = {
  0x60: 'bind',
  0x63: 'search',
  0x77: 'extended',
  0x42: 'unbind',
}

function read(message: Buffer): Asked {
  const reader = new BerReader(message)
  reader.readSequence()
  const messageId = reader.readInt() ?? 0
  const kind = KINDS[reader.peek() ?? 0] ?? 'other'
  const none = { kind, messageId, dn: '', password: '', base: '' }
  if (kind === 'bind') {
    reader.readSequence()
    reader.readInt()
    const dn = reader.readString() ?? ''
    return { ...none, dn, password: reader.readString(0x80) ?? '' }
  }
  if (kind !== 'search') return none
  reader.readSequence()
  return { ...none, base: reader.readString() ?? '' }
}

/** LDAPResult in the answer to this question; the tag is the question's, plus one. */
export function result({ kind, messageId }: Asked, code: number, diagnostic = ''): Buffer {
  const tag = { bind: 0x61, search: 0x65, extended: 0x78, unbind: 0x61, other: 0x61 }[kind]
  const writer = new BerWriter()
  writer.startSequence()
  writer.writeInt(messageId)
  writer.startSequence(tag)
  writer.writeEnumeration(code)
  writer.writeString('')
  writer.writeString(diagnostic)
  writer.endSequence()
  writer.endSequence()
  return writer.buffer
}

export function searchEntry(
  { messageId }: Asked,
  dn: string,
  attributes: Readonly<Record<string, readonly string[]>>,
): Buffer {
  const writer = new BerWriter()
  writer.startSequence()
  writer.writeInt(messageId)
  writer.startSequence(0x64)
  writer.writeString(dn)
  writer.startSequence()
  for (const [name, values] of Object.entries(attributes)) {
    writer.startSequence()
    writer.writeString(name)
    writer.startSequence(0x31)
    for (const value of values) writer.writeString(value)
    writer.endSequence()
    writer.endSequence()
  }
  writer.endSequence()
  writer.endSequence()
  writer.endSequence()
  return writer.buffer
}

/** Whoever has this password is this person, in no group; every other bind but the service's fails. */
export function onePerson(person: {
  readonly uid: string
  readonly password: string
  readonly attributes?: Readonly<Record<string, readonly string[]>>
}): (asked: Asked, socket: Socket) => void {
  const dn = `uid=${person.uid},dc=test`
  return (asked, socket) => {
    if (asked.kind === 'bind') {
      const isRight = asked.dn === 'cn=service' || asked.password === person.password
      return void socket.write(result(asked, isRight ? 0 : 49))
    }
    if (asked.kind !== 'search') return
    // The first search of a login is for the person, those below ou=groups for groups.
    if (asked.base === 'dc=test') {
      socket.write(searchEntry(asked, dn, { uid: [person.uid], ...person.attributes }))
    }
    socket.write(result(asked, 0))
  }
}
