import type { StaffLanguage } from './staff-language.ts'

/** Who reads, and the organisation's own clock. */
export interface Clockwork {
  readonly language: StaffLanguage
  /** IANA name. */
  readonly zone: string
}

/**
 * By the clock of the place `zone` is of, which is said where it is not that of the organisation; without a place by
 * the organisation's, wherever the server stands.
 */
export function when(
  at: Date,
  { language, zone: own }: Clockwork,
  zone: string | null = null,
): string {
  const place = knownZone(zone ?? own)
  const locale = language === 'fr' ? 'fr-FR' : 'en-GB'
  const format = { dateStyle: 'medium', timeStyle: 'short', timeZone: place } as const
  const said = new Intl.DateTimeFormat(locale, format).format(at)
  if (zone === null || zone === own) return said
  if (offset(at, place, locale) === offset(at, knownZone(own), locale)) return said
  return `${said} (${offset(at, place, locale)})`
}

/** One that nobody knows must not cost anybody a page or a message. */
function knownZone(zone: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone
  } catch {
    return 'UTC'
  }
}

/** `UTC+4` */
function offset(at: Date, timeZone: string, locale: string): string {
  const format = new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: 'shortOffset' })
  return format.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? timeZone
}
