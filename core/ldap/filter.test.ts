import fc from 'fast-check'
import { EqualityFilter, FilterParser } from 'ldapts'
import { describe, expect, test } from 'vitest'
import { escapeFilterValue, fillFilter, userFilterProblem } from './filter.ts'

describe('a name in a filter', () => {
  test('stays one value, whatever it is: the parser reads back what was put in', () => {
    const hostile = fc.array(
      fc.constantFrom('*', '(', ')', '\\', '\0', '&', '|', '=', 'uid', '2a', 'é'),
    )
    const names = fc.oneof(
      fc.string({ unit: 'binary' }),
      hostile.map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(names, (name) => {
        const filter = FilterParser.parseString(fillFilter('(uid={user})', { user: name }))
        return (
          filter instanceof EqualityFilter && filter.attribute === 'uid' && filter.value === name
        )
      }),
    )
  })

  test.each([
    ['*', '\\2a'],
    ['alice)(uid=*', 'alice\\29\\28uid=\\2a'],
    ['a\\b', 'a\\5cb'],
    ['nul\0', 'nul\\00'],
    ['hélène', 'hélène'],
  ])('%j is written %j (RFC 4515 §3)', (name, written) => {
    expect(escapeFilterValue(name)).toBe(written)
  })

  test('that looks like a place for another is not filled in a second time', () => {
    expect(fillFilter('(|(uid={user})(mail={login}))', { user: '{login}', login: 'x' })).toBe(
      '(|(uid={login})(mail=x))',
    )
  })
})

test.each([
  ['(&(objectClass=person)(uid={user}))', null],
  ['(mail={login})', null],
  ['(uid=bob)', /must have \{user\}/],
  ['(uid={user}', /is not a filter/],
  ['(&(uid={user})(x={realm}))', /has \{realm\} in it/],
])('the filter %s is judged when it is declared', (template, problem) => {
  const found = userFilterProblem(template)
  if (problem === null) expect(found).toBeNull()
  else expect(found).toMatch(problem)
})
