import { enrolmentEn } from '../text/enrolment-en.ts'
import { enrolmentFr } from '../text/enrolment-fr.ts'
import type { EnrolmentText } from '../text/enrolment-fr.ts'
import type { StaffLanguage } from '../text/staff-language.ts'

const TEXTS = { fr: enrolmentFr, en: enrolmentEn } as const

export function enrolmentTextIn(language: StaffLanguage): EnrolmentText {
  return TEXTS[language]
}
