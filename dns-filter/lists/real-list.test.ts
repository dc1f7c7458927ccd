import { domainToASCII } from 'node:url'
import { expect, test } from 'vitest'
import { realNames } from '../../test/bench/list-names.ts'
import { nameFromText } from '../message/name.ts'
import { Suffixes } from '../names/suffixes.ts'
import { head, listIndexOf } from '../testing/filter.ts'

test('a real list of 121,570 lines holds all its names, and none of the names that people use', () => {
  const real = realNames()
  // Some are in it twice: in their own script, and as they are asked for.
  const different = new Set(real.map((domain) => domainToASCII(domain)))
  const index = listIndexOf([head('real', ['guest'])], () => real.join('\n'))
  const name = new Suffixes()
  const isListed = (domain: string): boolean => {
    name.read(nameFromText(domain) ?? new Uint8Array(1), 0)
    return Array.from({ length: name.count }, (_, i) => index.setOf(name, i)).some((set) => set > 0)
  }
  expect(index.names).toBe(different.size)
  expect(index.bytes / index.names).toBeLessThan(12)
  for (const domain of different) if (!isListed(domain)) expect.fail(`${domain} is not found`)
  const used = [
    'gmail.com',
    'orange.fr',
    'free.fr',
    'laposte.net',
    'restosducoeur.org',
    'wikipedia.org',
  ]
  for (const domain of used) expect(isListed(domain)).toBe(false)
})
