import type { AlertChannel } from '#db/alert-channels.ts'
import type { AlertMessage } from './alert-message.ts'
import { slackBody, teamsBody } from './chat-forms.ts'
import { sendMail } from './mail.ts'
import { post } from './post.ts'
import { SEND_LIMITS } from './send-limits.ts'
import type { SendOutcome } from './send-limits.ts'
import { sendSyslog } from './syslog.ts'
import { webhookBody, webhookHeaders } from './webhook-form.ts'

/** Sends one message the way the channel is. Never rejects; done, or given up, within seconds: by HTTP `timeoutMs`. */
export async function sendAlert(
  { settings }: Pick<AlertChannel, 'settings'>,
  message: AlertMessage,
  at: number,
  timeoutMs: number = SEND_LIMITS.timeoutMs,
): Promise<SendOutcome> {
  switch (settings.kind) {
    case 'slack':
      return post(settings.url, { body: slackBody(message), ca: settings.ca, timeoutMs })
    case 'teams':
      return post(settings.url, { body: teamsBody(message), ca: settings.ca, timeoutMs })
    case 'webhook': {
      const body = webhookBody(message)
      const headers = webhookHeaders(message, { body, secret: settings.secret, at })
      return post(settings.url, { body, headers, ca: settings.ca, timeoutMs })
    }
    case 'mail':
      return sendMail(settings, message)
    case 'syslog':
      return sendSyslog(settings, message)
  }
}
