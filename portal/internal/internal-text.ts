import { internalEn } from '../text/internal-en.ts'
import { internalFr } from '../text/internal-fr.ts'
import type { InternalText } from '../text/internal-fr.ts'
import type { StaffLanguage } from '../text/staff-language.ts'

const TEXTS = { fr: internalFr, en: internalEn } as const

export function internalTextIn(language: StaffLanguage): InternalText {
  return TEXTS[language]
}
