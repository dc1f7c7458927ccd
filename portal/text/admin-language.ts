import { adminEn } from './admin-en.ts'
import { adminFr } from './admin-fr.ts'
import type { AdminText } from './admin-fr.ts'
import type { StaffLanguage } from './staff-language.ts'

const TEXTS = { fr: adminFr, en: adminEn } as const satisfies Record<StaffLanguage, AdminText>

export function adminTextIn(language: StaffLanguage): AdminText {
  return TEXTS[language]
}
