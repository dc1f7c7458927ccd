import { en } from './en.ts'
import { fr } from './fr.ts'
import type { Text } from './fr.ts'

export type Language = 'fr' | 'en'

/** French first: it is what a phone that asks for none of ours gets. */
export const LANGUAGES: readonly Language[] = ['fr', 'en']

const TEXTS: Readonly<Record<Language, Text>> = { fr, en }

export function textIn(language: Language): Text {
  return TEXTS[language]
}

function isLanguage(value: string | null | undefined): value is Language {
  return LANGUAGES.some((language) => language === value)
}

/** Longer headers than this are not sent by browsers; each comma costs us a turn of the loop. */
const ACCEPT_LANGUAGE_CHARACTERS = 512

/** What the person asked for on the page, else what the phone prefers (RFC 9110 §12.5.4), else French. */
export function chooseLanguage(asked: string | null, acceptLanguage: string | null): Language {
  if (isLanguage(asked)) return asked
  let best: Language = 'fr'
  let bestQuality = 0
  for (const range of (acceptLanguage ?? '').slice(0, ACCEPT_LANGUAGE_CHARACTERS).split(',')) {
    const [tag = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
    const primary = tag.split('-')[0]
    if (!isLanguage(primary)) continue
    const quality = qualityOf(parameters)
    if (quality > bestQuality) [best, bestQuality] = [primary, quality]
  }
  return best
}

function qualityOf(parameters: readonly string[]): number {
  const given = parameters.find((parameter) => parameter.startsWith('q='))
  if (given === undefined) return 1
  const quality = Number(given.slice(2))
  return quality >= 0 && quality <= 1 ? quality : 0
}
