import { expect, test } from 'vitest'
import { categoryName } from './category-name.ts'
import { LANGUAGES } from './language.ts'
import { LIST_CATEGORIES } from './list-categories.ts'

/** The folders of UT1's archive as its index had them in November 2026, with those that are links to another. */
const UT1 = `
  ads adult aggressive agressif ai arjel associations_religieuses astrology audio-video bank bitcoin blog
  celebrity chat child cleaning cooking cryptojacking dangerous_material dating ddos dialer doh download
  drogue drugs dynamic-dns educational_games examen_pix fakenews filehosting financial forums gambling games
  hacking jobsearch lingerie liste_blanche liste_bu mail malware manga marketingware mixed_adult mobile-phone
  phishing porn press proxy publicite radio reaffected redirector remote-control residential-proxies sect
  sexual_education shopping shortener social_networks sports stalkerware strict_redirector strong_redirector
  translation tricheur update violence vpn warez webmail`
  .trim()
  .split(/\s+/)

/** Words that French and the folder's name share. */
const SAME = new Set(['violence', 'forums', 'lingerie'])

test('every category of UT1 has a French name, which is no folder name, and one in each language', () => {
  for (const category of UT1) {
    const french = categoryName(category, 'fr')
    if (!SAME.has(category)) expect([category, french]).not.toEqual([category, category])
    expect(french).not.toMatch(/[_{}]/)
    for (const language of LANGUAGES) expect(categoryName(category, language)).not.toBe('')
  }
  expect(Object.keys(LIST_CATEGORIES).filter((category) => !UT1.includes(category))).toEqual([])
})

test('a folder that means what a known category means is called so in every language', () => {
  expect(categoryName('drogue', 'ar')).toBe(categoryName('drugs', 'ar'))
  expect(categoryName('warez', 'uk')).toBe(categoryName('piracy', 'uk'))
  expect(categoryName('webmail', 'ar')).toBe('webmail')
})

test('what nobody has named is said as it is written', () => {
  for (const own of ['our-own', 'toString', '__proto__']) expect(categoryName(own, 'fr')).toBe(own)
})
