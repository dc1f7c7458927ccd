import { describe, expect, test } from 'vitest'
import { en } from './en.ts'
import { fr } from './fr.ts'
import { chooseLanguage } from './language.ts'

describe('the language', () => {
  test.each([
    [null, null, 'fr'],
    [null, '', 'fr'],
    [null, 'en-GB,en;q=0.9', 'en'],
    [null, 'fr-CA', 'fr'],
    [null, 'de-DE,en;q=0.5,fr;q=0.4', 'en'],
    [null, 'en;q=0.3, fr;q=0.7', 'fr'],
    [null, 'en;q=0, de', 'fr'],
    [null, 'ar,uk;q=0.8', 'fr'],
    [null, '*', 'fr'],
    [null, 'en;q=nonsense', 'fr'],
    ['en', 'fr-FR', 'en'],
    ['fr', 'en-GB', 'fr'],
    ['xx', 'en-GB', 'en'],
    ['<b>', null, 'fr'],
  ])('asked %j by a phone that prefers %j is %s', (asked, accept, language) => {
    expect(chooseLanguage(asked, accept)).toBe(language)
  })

  test('is found in a header of any length without reading it all', () => {
    expect(chooseLanguage(null, `${'de,'.repeat(100_000)}en`)).toBe('fr')
  })
})

function sentences(text: object): readonly string[] {
  return Object.values(text).flatMap((value: unknown) => {
    if (typeof value === 'string') return [value]
    if (typeof value === 'function') return [String(value('x', 'y'))]
    return typeof value === 'object' && value !== null ? sentences(value) : []
  })
}

describe('the sentences', () => {
  test('are as many in every language', () => {
    expect(sentences(en)).toHaveLength(sentences(fr).length)
  })

  test('in French never break before ? ! : ; and use the typographic apostrophe', () => {
    expect(sentences(fr).filter((sentence) => / [?!:;»]|'/.test(sentence))).toEqual([])
  })

  test('do not ask for consent to what the law imposes', () => {
    expect([...sentences(fr), ...sentences(en)].join(' ')).not.toMatch(/consen/i)
  })
})
