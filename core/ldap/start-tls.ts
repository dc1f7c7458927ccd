import type { Socket } from 'node:net'
import { fault } from './fault.ts'
import type { LdapOutcome } from './fault.ts'

/** LDAPMessage 1, extendedReq 1.3.6.1.4.1.1466.20037 (RFC 4511 §4.14.1). */
const REQUEST = Buffer.concat([
  Buffer.from([0x30, 0x1d, 0x02, 0x01, 0x01, 0x77, 0x18, 0x80, 0x16]),
  Buffer.from('1.3.6.1.4.1.1466.20037'),
])
const LONGEST_RESPONSE = 1_024

/**
 * Asks for TLS on an open socket. What comes behind the answer in clear is refused: somebody on the way
 * could put the head of a message there, and the first words inside TLS would be read as its tail, for
 * instance as a successful bind.
 */
export function requestStartTls(socket: Socket): Promise<LdapOutcome<null>> {
  return new Promise((resolve) => {
    let received: Buffer = Buffer.alloc(0)
    const finish = (outcome: LdapOutcome<null>): void => {
      socket.off('data', onData).off('close', onClose)
      socket.pause()
      resolve(outcome)
    }
    const onClose = (): void => finish(fault('lost', 'the server closed before TLS'))
    const onData = (chunk: Buffer): void => {
      received = Buffer.concat([received, chunk])
      const length = messageLength(received)
      if (length === null || received.length > length) {
        return finish(fault('start-tls', 'the server said more than one answer before TLS'))
      }
      if (received.length < length) return
      const code = resultCode(received)
      if (code === 0) return finish({ ok: true, value: null })
      finish(fault('start-tls', 'the server refuses StartTLS', code))
    }
    socket.on('data', onData).on('close', onClose)
    socket.write(REQUEST)
  })
}

/** Of the BER sequence that begins here; larger than what is there while the head is incomplete. */
function messageLength(bytes: Buffer): number | null {
  if (bytes[0] !== 0x30) return null
  const first = bytes[1]
  if (first === undefined) return 2
  if (first < 0x80) return 2 + first
  const octets = first & 0x7f
  if (octets === 0 || octets > 4) return null
  if (bytes.length < 2 + octets) return 2 + octets
  const length = 2 + octets + bytes.readUIntBE(2, octets)
  return length <= LONGEST_RESPONSE ? length : null
}

/** resultCode of ExtendedResponse: messageID, [APPLICATION 24], ENUMERATED; null if it is not that. */
function resultCode(message: Buffer): number | null {
  let at = bodyAt(message, 0)
  if (message[at] !== 0x02 || message[at + 1] !== 1 || message[at + 2] !== 1) return null
  at += 3
  if (message[at] !== 0x78) return null
  at = bodyAt(message, at)
  return message[at] === 0x0a && message[at + 1] === 1 ? (message[at + 2] ?? null) : null
}

function bodyAt(message: Buffer, at: number): number {
  const first = message[at + 1] ?? 0
  return at + 2 + (first < 0x80 ? 0 : first & 0x7f)
}
