import { describe, expect, test } from 'vitest'
import { head, rule } from '../testing/filter.ts'
import type { Client } from './client.ts'
import { explainName } from './explain.ts'

const GUEST: Client = { network: 'guest', site: '75-0042', association: '75' }
const STAFF: Client = { ...GUEST, network: 'staff' }

const texts: Record<string, string> = {
  adult:
    '# adult\nfirst.example\r\nwww.bad.example\n0.0.0.0 bad.example other.example\nbad.example\n',
  games: 'play.example\nexample\n*.example\n',
}
const house = {
  heads: [head('adult', ['guest', 'staff']), head('games', ['guest'])],
  rules: [rule('allow', 'school.example', { association: '75' })],
  ownHosts: ['portal.example.org'],
  readText: async (list: string) => Buffer.from(texts[list] ?? ''),
}

describe('why a name is blocked', () => {
  test('by which line of which list: of each list the line that reaches furthest', async () => {
    expect(await explainName('x.www.bad.example', GUEST, house)).toMatchObject({
      by: 'lists',
      lines: [
        { list: { name: 'games' }, line: 3, domain: 'example' },
        { list: { name: 'adult' }, line: 4, domain: 'bad.example' },
      ],
    })
    expect(await explainName('BAD.example.', STAFF, house)).toMatchObject({
      by: 'lists',
      lines: [{ list: { name: 'adult' }, line: 4 }],
    })
  })

  test('or why it is not: a rule, a reserved name, nothing', async () => {
    expect(await explainName('a.school.example', GUEST, house)).toMatchObject({
      by: 'rule',
      rule: { action: 'allow', domain: 'school.example' },
    })
    const exempt = { by: 'reservation', reservation: 'exempt' }
    expect(await explainName('portal.example.org', GUEST, house)).toEqual(exempt)
    expect(await explainName('good.example', STAFF, house)).toEqual({ by: 'nothing' })
    expect(await explainName('use-application-dns.net', STAFF, house)).toEqual({ by: 'nothing' })
  })

  test('nothing is said of what is no name', async () => {
    expect(await explainName('no..name', GUEST, house)).toBeNull()
    expect(await explainName('', GUEST, house)).toBeNull()
  })
})
