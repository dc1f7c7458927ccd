import { expect, test } from 'vitest'
import { isLocallyAdministered, parseMac } from './mac.ts'

test('the six spellings of gateways are one address', () => {
  const spellings = [
    'AA-BB-CC-DD-EE-0F',
    'aa:bb:cc:dd:ee:0f',
    'aabb.ccdd.ee0f',
    'aabbcc-ddee0f',
    'aabbccddee0f',
    'AABBCCDDEE0F',
  ]
  expect(spellings.map(parseMac)).toEqual(spellings.map(() => 'aa:bb:cc:dd:ee:0f'))
})

test('what only looks like an address is none', () => {
  const others = [
    '',
    'bob',
    'aa:bb:cc:dd:ee',
    'aa:bb-cc:dd:ee:ff',
    'aabbccddeeg0',
    ' aabbccddeeff',
    'AA-BB-CC-DD-EE-FF:Restos',
  ]
  expect(others.map(parseMac)).toEqual(others.map(() => null))
})

test('an address that a phone made up is known by its second digit', () => {
  for (const [text, local] of [
    ['02:00:00:00:00:01', true],
    ['da:a1:19:00:00:01', true],
    ['00:1b:63:00:00:01', false],
  ] as const) {
    const mac = parseMac(text)
    expect(mac !== null && isLocallyAdministered(mac), text).toBe(local)
  }
})
