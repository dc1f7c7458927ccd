import { BoundedMap } from '#core/bounded-map.ts'
import { LIMITS } from '../limits.ts'
import { ar } from './ar.ts'
import { bn } from './bn.ts'
import { en } from './en.ts'
import { es } from './es.ts'
import { fa } from './fa.ts'
import { fr } from './fr.ts'
import type { Text } from './fr.ts'
import { prs } from './prs.ts'
import { ps } from './ps.ts'
import { pt } from './pt.ts'
import { ro } from './ro.ts'
import { ru } from './ru.ts'
import { so } from './so.ts'
import { ta } from './ta.ts'
import { ti } from './ti.ts'
import { tr } from './tr.ts'
import { uk } from './uk.ts'

/** In the order in which they are offered. French first: it is what a phone that asks for none of ours gets. */
const TEXTS = { fr, en, ar, uk, ru, es, pt, ro, tr, fa, prs, ps, bn, ta, ti, so } as const

export type Language = keyof typeof TEXTS

export const LANGUAGES = Object.keys(TEXTS) as readonly Language[] as readonly [
  Language,
  ...Language[],
]

const FROM_RIGHT_TO_LEFT: ReadonlySet<Language> = new Set(['ar', 'fa', 'prs', 'ps'])

/** Whoever reads the one can read the other. */
const NEAREST: Readonly<Partial<Record<Language, Language>>> = { fa: 'prs', prs: 'fa' }

export function textIn(language: Language): Text {
  return TEXTS[language]
}

export function isLanguage(value: string | null | undefined): value is Language {
  return LANGUAGES.some((language) => language === value)
}

/** Of any language code: an organisation's own text may be in one that our pages do not have. */
export function directionOf(language: string): 'ltr' | 'rtl' {
  return isLanguage(language) && FROM_RIGHT_TO_LEFT.has(language) ? 'rtl' : 'ltr'
}

/** Where to look for a text that the organisation wrote: the reader's language first, French last. */
export function readableBy(language: Language): readonly Language[] {
  const near = NEAREST[language]
  return near === undefined ? [language, 'fr'] : [language, near, 'fr']
}

/** Longer headers than this are not sent by browsers; each comma costs us a turn of the loop. */
const ACCEPT_LANGUAGE_CHARACTERS = 512

/** Phones say a few headers, each a thousand times. */
const preferred = new BoundedMap<string, Language>({ limit: LIMITS.acceptLanguages })

/** What the person asked for on the page, else what the phone prefers (RFC 9110 §12.5.4), else French. */
export function chooseLanguage(asked: string | null, acceptLanguage: string | null): Language {
  if (isLanguage(asked)) return asked
  const header = (acceptLanguage ?? '').slice(0, ACCEPT_LANGUAGE_CHARACTERS)
  let language = preferred.get(header)
  if (language === undefined) {
    language = preferredOf(LANGUAGES, header, 'fr')
    preferred.set(header, language)
  }
  return language
}

/** Of the languages `offered`, the one that the browser likes best. */
export function preferredOf<L extends Language>(
  offered: readonly L[],
  acceptLanguage: string | null,
  fallback: L,
): L {
  let best = fallback
  let bestQuality = 0
  for (const range of (acceptLanguage ?? '').slice(0, ACCEPT_LANGUAGE_CHARACTERS).split(',')) {
    const [tag = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
    const named = languageOf(tag)
    const language = offered.find((one) => one === named)
    if (language === undefined) continue
    const quality = qualityOf(parameters)
    if (quality > bestQuality) [best, bestQuality] = [language, quality]
  }
  return best
}

/** Android and Apple call Dari Persian of Afghanistan, and Moldovan has become Romanian. */
const OTHER_NAMES: Readonly<Record<string, Language>> = { 'fa-af': 'prs', mo: 'ro', pes: 'fa' }

function languageOf(tag: string): Language | null {
  const primary = tag.split('-')[0] ?? ''
  const known = OTHER_NAMES[tag] ?? OTHER_NAMES[primary] ?? primary
  return isLanguage(known) ? known : null
}

function qualityOf(parameters: readonly string[]): number {
  const given = parameters.find((parameter) => parameter.startsWith('q='))
  if (given === undefined) return 1
  const quality = Number(given.slice(2))
  return quality >= 0 && quality <= 1 ? quality : 0
}
