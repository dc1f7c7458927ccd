import type { Language } from './language.ts'

const LOCALES: Readonly<Record<Language, string>> = { fr: 'fr-FR', en: 'en-GB' }

const DAY_SECONDS = 86_400
const HOUR_SECONDS = 3_600

/** `1 janvier 2026` */
export function formatDay(date: Date, language: Language, timeZone: string): string {
  return format(date, language, { dateStyle: 'long', timeZone })
}

/** `23 décembre 2026 à 14:05`; a wrong time zone must not cost anybody their page. */
export function formatMoment(date: Date, language: Language, timeZone: string): string {
  const options = { dateStyle: 'long', timeStyle: 'short' } as const
  try {
    return format(date, language, { ...options, timeZone })
  } catch {
    return format(date, language, { ...options, timeZone: 'UTC' })
  }
}

function format(date: Date, language: Language, options: Intl.DateTimeFormatOptions): string {
  const text = new Intl.DateTimeFormat(LOCALES[language], options).format(date)
  return language === 'fr' ? text.replace(/^1 /, '1er ') : text
}

/** `30 jours`, `12 hours`, `45 minutes`: the largest unit that loses nothing worth saying. */
export function formatDuration(seconds: number, language: Language): string {
  const [value, unit] =
    seconds >= 2 * DAY_SECONDS
      ? [Math.floor(seconds / DAY_SECONDS), 'day']
      : seconds >= 2 * HOUR_SECONDS
        ? [Math.floor(seconds / HOUR_SECONDS), 'hour']
        : [Math.max(Math.floor(seconds / 60), 1), 'minute']
  return new Intl.NumberFormat(LOCALES[language], {
    style: 'unit',
    unit,
    unitDisplay: 'long',
  }).format(value)
}
