import { createHash } from 'node:crypto'
import type { DueReminder } from '#db/device-reminders.ts'
import type { Organisation } from '#db/organisation.ts'
import type { MailMessage } from '../alerts/mail.ts'
import { STAFF_LANGUAGES } from '../text/staff-language.ts'
import { day } from './device-days.ts'
import { enrolmentTextIn } from './enrolment-text.ts'
import { DEVICES_PATH, devicePath } from './paths.ts'

const DAY_MS = 86_400_000

/** In each language of the staff pages, one after the other: what somebody reads is not known. */
export function reminderMessage(
  { account, devices }: DueReminder,
  about: {
    readonly sender: Pick<Organisation, 'name' | 'timezone'>
    readonly publicUrl: URL
    readonly now: number
  },
): Omit<MailMessage, 'to'> {
  const { publicUrl, now } = about
  const { name: organisation, timezone: zone } = about.sender
  const [first] = devices
  const path = devices.length === 1 && first !== undefined ? devicePath(first.id) : DEVICES_PATH
  const address = new URL(path, publicUrl).href
  const parts = STAFF_LANGUAGES.map((language) => {
    const { mail: words } = enrolmentTextIn(language)
    const lines = devices.map(({ name, endsAt }) => {
      const left = Math.max(1, Math.ceil((endsAt.getTime() - now) / DAY_MS))
      return fill(words.device, { name, day: day(endsAt, { language, zone }), count: String(left) })
    })
    return [words.hello, words.lead, lines.join('\n'), `${words.how}\n${address}`, words.why]
      .map((text) => fill(text, { organisation }))
      .join('\n\n')
  })
  const { mail: words } = enrolmentTextIn(STAFF_LANGUAGES[0])
  const told = devices.map(({ id, endsAt, days }) => `${id} ${endsAt.getTime()} ${days}`)
  return {
    // The same message has the same name, so that one that comes twice is seen to.
    id: createHash('sha256')
      .update(`${account} ${told.join(' ')}`)
      .digest('hex')
      .slice(0, 32),
    at: new Date(now),
    subject: fill(words.subject, { organisation }),
    text: `${parts.join('\n\n----\n\n')}\n`,
    isUrgent: false,
  }
}

/** In plain text there is nothing to escape; a name of a device is its owner's own. */
function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole)
}
