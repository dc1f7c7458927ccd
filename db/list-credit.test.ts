import { expect, test } from 'vitest'
import { creditOf } from './list-credit.ts'

test('a list of Toulouse is known by where it comes from, also from a mirror', () => {
  const by = (url: string | null): string | undefined => creditOf(url)?.by
  expect(by('https://dsi.ut-capitole.fr/blacklists/download/adult.tar.gz')).toMatch(/Toulouse/)
  expect(by('ftp://ftp.univ-tlse1.fr/blacklist/adult.tar.gz')).toMatch(/Toulouse/)
  expect(by('https://raw.githubusercontent.com/x/ut1-blacklists/master/a/domains')).toMatch(/Toul/)
  for (const other of [
    null,
    '',
    'no url',
    'https://not-ut-capitole.fr/a',
    'https://a.example/ut1',
  ]) {
    expect(by(other)).toBeUndefined()
  }
})
