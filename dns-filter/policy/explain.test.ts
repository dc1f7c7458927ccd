import { describe, expect, test } from 'vitest'
import { client, head, rule } from '../testing/filter.ts'
import { NO_FILTERS } from '#db/filters.ts'
import type { Client } from './client.ts'
import { explainName } from './explain.ts'

const GUEST: Client = client('guest')
const STAFF: Client = { ...GUEST, network: 'staff' }

const texts: Record<string, string> = {
  adult:
    '# adult\nfirst.example\r\nwww.bad.example\n0.0.0.0 bad.example other.example\nbad.example\n',
  games: 'play.example\nexample\n*.example\n',
}
const house = {
  heads: [head('adult', ['guest', 'staff']), head('games', ['guest'])],
  rules: [rule('allow', 'school.example', { association: '75' })],
  filters: NO_FILTERS,
  ownHosts: ['portal.example.org'],
  readText: async (list: string) => Buffer.from(texts[list] ?? ''),
}

describe('why a name is blocked', () => {
  test('by which lines of which lists, those that block first', async () => {
    expect(await explainName('x.www.bad.example', GUEST, house, () => 0)).toMatchObject({
      by: 'list',
      lines: [
        { list: { name: 'games' }, line: 3, domain: 'example', says: 'block' },
        { list: { name: 'adult' }, line: 4, domain: 'bad.example', says: 'block' },
      ],
    })
    expect(await explainName('BAD.example.', STAFF, house, () => 0)).toMatchObject({
      by: 'list',
      lines: [
        { list: { name: 'adult' }, says: 'block' },
        { list: { name: 'games' }, says: 'nothing' },
      ],
    })
  })

  test('or why it is not: a rule, a reserved name, nothing', async () => {
    expect(await explainName('a.school.example', GUEST, house, () => 0)).toMatchObject({
      by: 'rule',
      rule: { action: 'allow', domain: 'school.example' },
    })
    const exempt = { by: 'reservation', reservation: 'exempt' }
    expect(await explainName('portal.example.org', GUEST, house, () => 0)).toMatchObject(exempt)
    expect(await explainName('good.example', STAFF, house, () => 0)).toMatchObject({
      by: 'nothing',
    })
    expect(await explainName('use-application-dns.net', STAFF, house, () => 0)).toMatchObject({
      by: 'nothing',
    })
  })

  test('nothing is said of what is no name', async () => {
    expect(await explainName('no..name', GUEST, house, () => 0)).toBeNull()
    expect(await explainName('', GUEST, house, () => 0)).toBeNull()
  })
})
