import { createTransport } from 'nodemailer'
import { reasonOf } from '#core/error.ts'
import type { MailSettings } from '#db/alert-channels.ts'
import type { AlertMessage } from './alert-message.ts'
import { SEND_LIMITS } from './send-limits.ts'
import type { SendOutcome } from './send-limits.ts'

/** Plain text: it reads the same everywhere, and nothing in it can be clicked but the link. */
export async function sendMail(
  settings: MailSettings,
  message: AlertMessage,
): Promise<SendOutcome> {
  const { host, port, security, user, password, from, to, ca } = settings
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
  try {
    await transport.sendMail({
      ...{ from, to: [...to] },
      messageId: `<alert-${message.id}@${from.split('@')[1] ?? 'accueil.internal'}>`,
      date: message.at,
      subject: `[Accueil] ${message.title}`,
      text: message.text,
      headers: { 'Auto-Submitted': 'auto-generated' },
      ...(message.urgent ? { priority: 'high' as const } : {}),
    })
    return { ok: true }
  } catch (thrown) {
    return { ok: false, reason: reasonOf(thrown), retryAfterMs: null }
  } finally {
    transport.close()
  }
}
