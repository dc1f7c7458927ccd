import { createTransport } from 'nodemailer'
import { reasonOf } from '#core/error.ts'
import type { MailSettings } from '#db/alert-channels.ts'
import type { AlertMessage } from './alert-message.ts'
import { SEND_LIMITS } from './send-limits.ts'
import type { SendOutcome } from './send-limits.ts'

export interface MailMessage {
  /** Before the @ of its Message-ID. */
  readonly id: string
  readonly to: readonly string[]
  readonly at: Date
  readonly subject: string
  readonly text: string
  readonly isUrgent: boolean
}

export type MailOutcome =
  | { readonly ok: true }
  /** `isFinal`: the server knows the address not, and never will. */
  | { readonly ok: false; readonly reason: string; readonly isFinal: boolean }

export interface Mail {
  /** Never rejects; done, or given up, within seconds. */
  send(message: MailMessage): Promise<MailOutcome>
  close(): void
}

/** Plain text: it reads the same everywhere, and nothing in it can be clicked but the link. */
export function openMail(settings: MailSettings): Mail {
  const { host, port, security, user, password, from, ca } = settings
  const { timeoutMs } = SEND_LIMITS
  const transport = createTransport({
    ...{ host, port },
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    ...(user === null || password === null ? {} : { auth: { user, pass: password } }),
    ...{ connectionTimeout: timeoutMs, greetingTimeout: timeoutMs, socketTimeout: timeoutMs },
    dnsTimeout: timeoutMs,
    tls: { minVersion: 'TLSv1.2', ...(ca === null ? {} : { ca }) },
    // Nothing of a message is a file or an address to fetch.
    ...{ disableFileAccess: true, disableUrlAccess: true },
  })
  return {
    async send({ id, to, at, subject, text, isUrgent }) {
      try {
        await transport.sendMail({
          ...{ from, to: [...to], subject, text, date: at },
          messageId: `<${id}@${from.split('@')[1] ?? 'accueil.internal'}>`,
          headers: { 'Auto-Submitted': 'auto-generated' },
          ...(isUrgent ? { priority: 'high' as const } : {}),
        })
        return { ok: true }
      } catch (thrown) {
        return { ok: false, reason: reasonOf(thrown), isFinal: isRefusedAddress(thrown) }
      }
    },
    close: () => transport.close(),
  }
}

/** One message of the security desk. */
export async function sendMail(
  settings: MailSettings,
  message: AlertMessage,
): Promise<SendOutcome> {
  const mail = openMail(settings)
  try {
    const outcome = await mail.send({
      ...{ id: `alert-${message.id}`, to: settings.to, at: message.at, text: message.text },
      ...{ subject: `[Accueil] ${message.title}`, isUrgent: message.urgent },
    })
    return outcome.ok ? outcome : { ok: false, reason: outcome.reason, retryAfterMs: null }
  } finally {
    mail.close()
  }
}

/** What is no address, and 5xx to RCPT TO (RFC 5321 §4.2.1), after which there was nobody left to send to. */
function isRefusedAddress(thrown: unknown): boolean {
  const { code, responseCode, command } = thrown as Readonly<Record<string, unknown>>
  if (code !== 'EENVELOPE') return false
  if (command === 'API') return true
  return command === 'RCPT TO' && typeof responseCode === 'number' && responseCode >= 500
}
