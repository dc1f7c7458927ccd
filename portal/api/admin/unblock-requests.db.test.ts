import { describe, expect, test } from 'vitest'
import { askUnblock } from '#db/unblock-requests.ts'
import { twoAssociations } from './testing/two-associations.ts'
import type { TwoAssociations } from './testing/two-associations.ts'

const PATH = '/api/v1/unblock-requests'

async function asked(
  { database }: TwoAssociations,
  domain: string,
  { site = '75-0042', note = null }: { site?: string | null; note?: string | null } = {},
): Promise<void> {
  await askUnblock(database.as('portal'), {
    ...{ domain, site, network: 'guest', cause: 'category' },
    ...{ category: 'social', reference: 'K7F2Q', note },
  })
}

interface Waiting {
  readonly id: string
  readonly domain: string
}

async function list(house: TwoAssociations, token: string): Promise<readonly Waiting[]> {
  const { body } = await house.call(token, `GET ${PATH}`)
  return (body as { rows: Waiting[] }).rows
}

describe('a request to unblock', () => {
  test('of all who ask for a name is one, is let through by a rule with its reason, and is kept as answered', async () => {
    await using house = await twoAssociations()
    await asked(house, 'club.example', { note: 'pour le CV' })
    await asked(house, 'club.example', { note: 'moi aussi' })
    const token = await house.token('list-editor', ['75'])
    const [waiting] = await list(house, token)
    expect(waiting).toMatchObject({
      ...{ domain: 'club.example', site: '75-0042', association: '75', times: 2 },
      ...{ category: 'social', reference: 'K7F2Q', notes: ['moi aussi', 'pour le CV'] },
    })
    const read = await house.call(token, `GET ${PATH}/${waiting?.id}`)
    const etag = read.headers.get('ETag') ?? ''
    expect(read.body).toEqual(waiting)
    const answer = `POST ${PATH}/${waiting?.id}/answer`
    const body = { decision: 'allow', until: '2099-01-01T00:00:00Z' }
    const given = { body, headers: { 'If-Match': etag, 'Audit-Reason': 'it is for work' } }
    expect(await house.call(token, answer, { body })).toMatchObject({ status: 428 })
    expect(await house.call(token, answer, { body, headers: { 'If-Match': etag } })).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining('Audit-Reason') },
    })
    expect(await house.call(token, answer, given)).toMatchObject({
      status: 200,
      body: {
        rule: { action: 'allow', domain: 'club.example', site: '75-0042', network: 'guest' },
      },
    })
    expect(await list(house, token)).toEqual([])
    const answers = await house.call(token, 'GET /api/v1/unblock-answers?domain=club.example')
    expect(answers.body).toMatchObject({
      rows: [
        {
          ...{ decision: 'allow', actor: 'staff:list-editor', reason: 'it is for work', times: 2 },
          until: '2099-01-01T00:00:00.000Z',
        },
      ],
      next: null,
    })
    const lines = await house.database.sql`
      select actor, reason, association from audit.entry where action = 'unblock.allow'`
    expect(lines).toEqual([
      { actor: 'staff:list-editor', reason: 'it is for work', association: '75' },
    ])
  })

  test('that two answer is the first one’s; the second is told, also of who asked since', async () => {
    await using house = await twoAssociations()
    await asked(house, 'club.example')
    const [one, other] = [
      await house.token('list-editor', ['75']),
      await house.token('association-admin', ['75']),
    ]
    const [waiting] = await list(house, one)
    const path = `${PATH}/${waiting?.id}`
    const etagOf = async () => (await house.call(one, `GET ${path}`)).headers.get('ETag') ?? ''
    const before = await etagOf()
    await asked(house, 'club.example', { note: 'c’est ma banque' })
    const answer = (token: string, etag: string, decision: string) =>
      house.call(token, `POST ${path}/answer`, {
        ...{ body: { decision }, headers: { 'If-Match': etag, 'Audit-Reason': 'r' } },
      })
    expect(await answer(one, before, 'refuse')).toMatchObject({ status: 412 })
    const now = await etagOf()
    const answers = await Promise.all([answer(one, now, 'refuse'), answer(other, now, 'allow')])
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 412])
    expect(answers.find(({ status }) => status === 412)?.body).toMatchObject({
      type: 'urn:accueil:problem:changed',
      detail: expect.stringContaining('Somebody has answered it since you read it'),
    })
    expect(await answer(one, '*', 'refuse')).toMatchObject({ status: 404 })
    expect(await house.database.sql`select from house.unblock_answer`).toHaveLength(1)
  })

  test('is on one page, whoever asks again meanwhile', async () => {
    await using house = await twoAssociations()
    const names = Array.from({ length: 7 }, (_, n) => `n${n}.example`)
    for (const name of names) await asked(house, name)
    const token = await house.token('list-editor', ['75'])
    const seen: string[] = []
    let next: string | null = null
    do {
      const cursor: string = next === null ? '' : `&cursor=${next}`
      const { body } = await house.call(token, `GET ${PATH}?limit=2${cursor}`)
      const page = body as { rows: Waiting[]; next: string | null }
      seen.push(...page.rows.map(({ domain }) => domain))
      next = page.next
      for (const name of ['n0.example', 'n5.example', 'n6.example']) await asked(house, name)
    } while (next !== null)
    expect(seen).toEqual(names)
  })

  test('reaches no farther than the token, and is answered for no more than it reaches', async () => {
    await using house = await twoAssociations()
    await asked(house, 'club.example')
    await asked(house, 'nowhere.example', { site: null })
    const paris = await house.token('list-editor', ['75'])
    expect((await list(house, paris)).map(({ domain }) => domain)).toEqual(['club.example'])
    const [waiting] = await list(house, paris)
    const everywhere = await house.call(paris, `POST ${PATH}/${waiting?.id}/answer`, {
      body: { decision: 'allow', where: 'everywhere' },
      headers: { 'If-Match': '*', 'Audit-Reason': 'r' },
    })
    expect(everywhere).toMatchObject({ status: 403 })
    const all = await house.token('list-editor', null)
    expect(await list(house, all)).toHaveLength(3)
  })
})
