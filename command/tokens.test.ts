import { describe, expect, test } from 'vitest'
import { runRadiusExplain } from './radius-explain.ts'
import { UsageError } from './run.ts'
import { runTokensCreate, runTokensRevoke } from './tokens.ts'

const WHOLE = { name: 'helpdesk', actor: 'account:ada', scope: 'radius.explain' }

function words(values: Readonly<Record<string, string | undefined>>): readonly string[] {
  return Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, value],
  )
}

describe('a token is not made', () => {
  test.each([
    ['without a name', { name: undefined }, '--name is missing'],
    ['with a name of two words', { name: 'help desk' }, 'must be 1 to 64 letters'],
    ['for nobody', { actor: ' ' }, '--actor is missing'],
    ['for somebody whom the audit would not know', { actor: 'ada' }, 'is not like account:ada'],
    [
      'for nothing',
      { scope: undefined },
      '--scope is missing; there is radius.explain, rules.read',
    ],
    ['for what there is not', { scope: 'all' }, 'there is no scope "all"'],
    ['until a day that is over', { until: '2020-01-01' }, '"2020-01-01" is over'],
    ['until a time of no zone', { until: '2099-01-01T12:00' }, 'has no zone'],
  ])('%s', async (_, change, sentence) => {
    const made = runTokensCreate(words({ ...WHOLE, ...change }))
    await expect(made).rejects.toThrow(sentence)
    await expect(made).rejects.toBeInstanceOf(UsageError)
  })
})

test('a token is revoked by its name alone', async () => {
  await expect(runTokensRevoke([])).rejects.toThrow('name one token')
  await expect(runTokensRevoke(['a', 'b'])).rejects.toThrow('name one token')
})

test('a look at logins says of whom and why', async () => {
  await expect(runRadiusExplain(['--site', '75-0042', '--reason', 'r'])).rejects.toThrow(
    'say whose logins: --mac or --user',
  )
  await expect(runRadiusExplain(['--user', 'bob'])).rejects.toThrow('--reason is missing')
})
