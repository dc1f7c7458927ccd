import { createSocket } from 'node:dgram'
import { connect as connectTcp, isIP } from 'node:net'
import type { Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { lookup } from 'node:dns/promises'
import { reasonOf } from '#core/error.ts'
import type { SyslogSettings } from '#db/alert-channels.ts'
import type { AlertMessage } from './alert-message.ts'
import { SEND_LIMITS } from './send-limits.ts'
import type { SendOutcome } from './send-limits.ts'
import { jsonLine, syslogLine } from './syslog-form.ts'

/**
 * One message. Over TCP and TLS it counts as sent when the receiver has closed its side after ours without an
 * error: syslog has no other receipt. Never rejects.
 */
export async function sendSyslog(
  settings: SyslogSettings,
  message: AlertMessage,
): Promise<SendOutcome> {
  try {
    const line = settings.format === 'json' ? jsonLine(message) : syslogLine(message)
    if (settings.transport === 'udp') await sendDatagram(settings, line)
    else await sendStream(settings, framed(settings, line))
    return { ok: true }
  } catch (thrown) {
    return { ok: false, reason: reasonOf(thrown), retryAfterMs: null }
  }
}

/** Octets are counted for syslog (RFC 5425 §4.3, RFC 6587 §3.4.1); JSON lines end in a line feed. */
export function framed({ format }: Pick<SyslogSettings, 'format'>, line: string): string {
  return format === 'json' ? `${line}\n` : `${Buffer.byteLength(line)} ${line}`
}

async function sendDatagram({ host, port }: SyslogSettings, line: string): Promise<void> {
  const { address, family } = await lookup(host)
  const socket = createSocket(family === 6 ? 'udp6' : 'udp4')
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject)
      const octets = Buffer.from(line).subarray(0, SEND_LIMITS.datagramBytes)
      socket.send(octets, port, address, (failed) => (failed === null ? resolve() : reject(failed)))
    })
  } finally {
    socket.close()
  }
}

function sendStream(settings: SyslogSettings, octets: string): Promise<void> {
  const { host, port, transport, ca } = settings
  return new Promise((resolve, reject) => {
    const give = (): void => void socket.end(octets)
    const socket: Socket =
      transport === 'tls'
        ? connectTls(
            {
              ...{ host, port, minVersion: 'TLSv1.2' },
              ...(isIP(host) === 0 ? { servername: host } : {}),
              ...(ca === null ? {} : { ca }),
            },
            give,
          )
        : connectTcp({ host, port }, give)
    const late = setTimeout(
      () => socket.destroy(new Error(`nothing came back within ${SEND_LIMITS.timeoutMs / 1000} s`)),
      SEND_LIMITS.timeoutMs,
    )
    socket.once('error', reject)
    socket.once('close', () => {
      clearTimeout(late)
      resolve()
    })
    // What it says is not for us; read, so that its end is seen.
    socket.resume()
  })
}
