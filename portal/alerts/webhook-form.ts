import { createHmac } from 'node:crypto'
import type { AlertMessage } from './alert-message.ts'

export function webhookBody(message: AlertMessage): string {
  const { id, kind, urgent, title, toDo, link, fields } = message
  return JSON.stringify({ id, kind, urgent, title, ...fields, toDo, link: link.url })
}

/**
 * The headers of Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`, base64, so that neither the body
 * nor its time can be another's. `secret` is taken as its octets.
 */
export function webhookHeaders(
  { id }: Pick<AlertMessage, 'id'>,
  { body, secret, at }: { readonly body: string; readonly secret: string; readonly at: number },
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(at / 1000))
  const signature = createHmac('sha256', secret)
    .update(`${id}.${timestamp}.${body}`)
    .digest('base64')
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  }
}
