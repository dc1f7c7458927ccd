import { describe, expect, test } from 'vitest'
import type { Rule } from '#db/rules.ts'
import { nameFromText } from '../message/name.ts'
import { Suffixes } from '../names/suffixes.ts'
import { client, rule } from '../testing/filter.ts'
import type { Client } from './client.ts'
import { compileRules } from './rules.ts'

const GUEST: Client = client('guest')
const STAFF: Client = { ...GUEST, network: 'staff' }
const ELSEWHERE: Client = client('guest', { site: '69-0001', association: '69' })
const UNKNOWN: Client = client('guest', { site: null, association: null })
const HERE = { site: '75-0042' }
const PARIS = { association: '75' }

function verdict(rules: readonly Rule[], domain: string, asking: Client, now = 0): string | null {
  const name = new Suffixes()
  name.read(nameFromText(domain) ?? new Uint8Array(1), 0)
  return compileRules(rules).find(name, asking, now)?.action ?? null
}

describe('a rule', () => {
  test('is about its domain and all names below it, not names that look alike', () => {
    const rules = [rule('block', 'bad.example')]
    expect(verdict(rules, 'bad.example', GUEST)).toBe('block')
    expect(verdict(rules, 'a.b.bad.example', GUEST)).toBe('block')
    expect(verdict(rules, 'notbad.example', GUEST)).toBeNull()
    expect(verdict(rules, 'bad.example.org', GUEST)).toBeNull()
    expect(verdict(rules, 'example', GUEST)).toBeNull()
  })

  test('holds on its network only, or on both', () => {
    const rules = [rule('block', 'a.example', { network: 'guest' }), rule('block', 'b.example')]
    expect(verdict(rules, 'a.example', GUEST)).toBe('block')
    expect(verdict(rules, 'a.example', STAFF)).toBeNull()
    expect(verdict(rules, 'b.example', STAFF)).toBe('block')
  })

  test('holds at its site or in its association only', () => {
    expect(verdict([rule('block', 'a.example', HERE)], 'a.example', GUEST)).toBe('block')
    expect(verdict([rule('block', 'a.example', HERE)], 'a.example', ELSEWHERE)).toBeNull()
    expect(verdict([rule('block', 'a.example', HERE)], 'a.example', UNKNOWN)).toBeNull()
    expect(verdict([rule('block', 'a.example', PARIS)], 'a.example', GUEST)).toBe('block')
    expect(verdict([rule('block', 'a.example', PARIS)], 'a.example', ELSEWHERE)).toBeNull()
  })
})

describe('between rules', () => {
  test.each<[string, readonly Rule[], string]>([
    [
      'the site wins over the association',
      [rule('allow', 'a.example', PARIS), rule('block', 'a.example', HERE)],
      'block',
    ],
    [
      'the association wins over the organisation',
      [rule('block', 'a.example'), rule('allow', 'a.example', PARIS)],
      'allow',
    ],
    [
      'the site wins even with a shorter domain',
      [rule('block', 'example', HERE), rule('allow', 'a.example', PARIS)],
      'block',
    ],
    [
      'within a scope the longer domain wins',
      [rule('allow', 'a.example'), rule('block', 'example')],
      'allow',
    ],
    [
      'within a scope the longer domain wins, also to block',
      [rule('allow', 'example'), rule('block', 'a.example')],
      'block',
    ],
    [
      'on one domain allow wins over block',
      [rule('allow', 'a.example'), rule('block', 'a.example')],
      'allow',
    ],
    [
      'on one domain allow wins over block, in the other order and for one network',
      [rule('block', 'a.example'), rule('allow', 'a.example', { network: 'guest' })],
      'allow',
    ],
  ])('%s', (_, rules, expected) => {
    expect(verdict(rules, 'a.example', GUEST)).toBe(expected)
    expect(verdict(rules.toReversed(), 'a.example', GUEST)).toBe(expected)
  })
})
