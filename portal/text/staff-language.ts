import { staffEn } from './staff-en.ts'
import { staffFr } from './staff-fr.ts'
import type { StaffText } from './staff-fr.ts'

const TEXTS = { fr: staffFr, en: staffEn } as const

/** Staff pages are in two of the languages that guests have. */
export type StaffLanguage = keyof typeof TEXTS

export const STAFF_LANGUAGES: readonly [StaffLanguage, ...StaffLanguage[]] = ['fr', 'en']

export function staffTextIn(language: StaffLanguage): StaffText {
  return TEXTS[language]
}

export function isStaffLanguage(value: string | null | undefined): value is StaffLanguage {
  return STAFF_LANGUAGES.some((language) => language === value)
}
