import type { StaffLanguage } from '../text/staff-language.ts'

/** A count as people write it: `1 234`, `1,234`. */
export function numberIn(count: number, language: StaffLanguage): string {
  return new Intl.NumberFormat(language === 'fr' ? 'fr-FR' : 'en-GB').format(count)
}
