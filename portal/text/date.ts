import { textIn } from './language.ts'
import type { Language } from './language.ts'

/**
 * The calendar, the digits and the 24 hours of the place in every language: people compare them with
 * what staff read out to them, and Intl would count years of the Hijra in Persian.
 */
const AS_HERE = '-u-ca-gregory-hc-h23-nu-latn'

/** Where Intl's word order depends on the country, or its language code is another. */
const LOCALES: Readonly<Partial<Record<Language, string>>> = {
  fr: 'fr-FR',
  en: 'en-GB',
  pt: 'pt-PT',
  prs: 'fa-AF',
}

const DAY_SECONDS = 86_400
const HOUR_SECONDS = 3_600

function localeOf(language: Language): string {
  return (LOCALES[language] ?? language) + AS_HERE
}

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
  const text = new Intl.DateTimeFormat(localeOf(language), options).format(date)
  return language === 'fr' ? text.replace(/^1 /, '1er ') : text
}

/** `30 jours`, `12 hours`, `45 minutes`: the largest unit that loses nothing worth saying. */
export function formatDuration(seconds: number, language: Language): string {
  const [value, unit] =
    seconds >= 2 * DAY_SECONDS
      ? ([Math.floor(seconds / DAY_SECONDS), 'day'] as const)
      : seconds >= 2 * HOUR_SECONDS
        ? ([Math.floor(seconds / HOUR_SECONDS), 'hour'] as const)
        : ([Math.max(Math.floor(seconds / 60), 1), 'minute'] as const)
  const own = textIn(language).units?.[unit]
  if (own !== undefined) return `${value} ${value === 1 ? own.one : own.other}`
  return new Intl.NumberFormat(localeOf(language), {
    style: 'unit',
    unit,
    unitDisplay: 'long',
  }).format(value)
}

/** `français`, in the reader's language; the code where Intl does not know it. */
export function nameOfLanguage(code: string, language: Language): string {
  try {
    return (
      new Intl.DisplayNames([LOCALES[language] ?? language], { type: 'language' }).of(code) ?? code
    )
  } catch {
    return code
  }
}
