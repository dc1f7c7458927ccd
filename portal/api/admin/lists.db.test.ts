import { describe, expect, test } from 'vitest'
import { addList } from '#db/list-changes.ts'
import { readListText } from '#db/lists.ts'
import { testSeal } from '../../../test/support/house.ts'
import { twoAssociations } from './testing/two-associations.ts'

const WISH = {
  name: 'games',
  category: 'games',
  networks: ['guest'],
  url: 'https://lists.example/g',
}

describe('a list of the API', () => {
  test('is made, read, changed and taken away, each with its history, and brought back by undoing', async () => {
    await using house = await twoAssociations()
    const token = await house.token('national-admin', null)
    const made = await house.call(token, 'POST /api/v1/lists', {
      body: WISH,
      headers: { 'Audit-Reason': 'asked by the board' },
    })
    expect(made).toMatchObject({
      status: 201,
      body: { name: 'games', networks: ['guest'], declared: false, host: 'lists.example' },
    })
    const etag = made.headers.get('ETag') ?? ''
    const changed = await house.call(token, 'PATCH /api/v1/lists/games', {
      body: { networks: ['staff', 'guest'] },
      headers: { 'If-Match': etag },
    })
    expect(changed).toMatchObject({ status: 200, body: { networks: ['guest', 'staff'] } })
    const late = await house.call(token, 'PATCH /api/v1/lists/games', {
      body: { category: 'play' },
      headers: { 'If-Match': etag },
    })
    expect(late).toMatchObject({ status: 412 })
    const gone = await house.call(token, 'DELETE /api/v1/lists/games', {
      headers: { 'If-Match': changed.headers.get('ETag') ?? '' },
    })
    expect(gone.status).toBe(204)
    const history = await house.call(token, 'GET /api/v1/lists/changes?subject=list+games')
    expect(history.body).toMatchObject({
      rows: [
        { action: 'list.remove', after: null, canBeUndone: true },
        { action: 'list.change', before: { blocks: ['guest'] } },
        { action: 'list.create', reason: 'asked by the board', before: null },
      ],
    })
    const { rows } = history.body as { rows: { id: string }[] }
    const undo = (n: number) => house.call(token, `POST /api/v1/lists/changes/${rows[n]?.id}/undo`)
    expect(await undo(1)).toMatchObject({ status: 409 })
    expect(await undo(0)).toMatchObject({ status: 200 })
    expect(await undo(1)).toMatchObject({ status: 200 })
    expect(await house.call(token, 'GET /api/v1/lists/games')).toMatchObject({
      body: { networks: ['guest'], host: 'lists.example' },
    })
    expect(await undo(2)).toMatchObject({ status: 200 })
    expect(await house.call(token, 'GET /api/v1/lists/games')).toMatchObject({ status: 404 })
  })

  test('of names has them as its text, and a way back from all but the text', async () => {
    await using house = await twoAssociations()
    const token = await house.token('national-admin', null)
    const names = ['Bücher.example', 'b.example']
    const { status } = await house.call(token, 'POST /api/v1/lists', {
      body: { name: 'own', category: 'own', names },
    })
    expect(status).toBe(201)
    const text = Buffer.from(await readListText(house.database, 'own')).toString()
    expect(text).toBe('xn--bcher-kva.example\nb.example\n')
    const change = (body: object) =>
      house.call(token, 'PATCH /api/v1/lists/own', { body, headers: { 'If-Match': '*' } })
    await change({ names: ['c.example'] })
    await change({ category: 'other' })
    const { body } = await house.call(token, 'GET /api/v1/lists/changes')
    expect(body).toMatchObject({
      rows: [
        { action: 'list.change', canBeUndone: true },
        { action: 'list.change', canBeUndone: false },
        { action: 'list.create', canBeUndone: true },
      ],
    })
  })

  test('is fetched when asked, and what was held back is accepted as it was read', async () => {
    await using house = await twoAssociations()
    const { sql } = house.database
    const token = await house.token('national-admin', null)
    await sql`insert into house.job (name, started_at) values ('lists', now() - interval '1 hour')`
    await house.call(token, 'POST /api/v1/lists', { body: WISH })
    const held = 'ab'.repeat(32)
    await sql`
      insert into house.list_state (list, url, tried_at, held_sha256, held_names, held_at, held_content)
      values ('games', 'https://lists.example/g', now(), ${held}, 7, now(), 'x')`
    const heldId = held.slice(0, 24)
    expect(await house.call(token, 'GET /api/v1/lists/games')).toMatchObject({
      body: { heldNames: 7, heldId },
    })
    const accept = (id: string) =>
      house.call(token, 'POST /api/v1/lists/games/accept', { body: { heldId: id } })
    expect(await accept('cd'.repeat(12))).toMatchObject({ status: 412 })
    expect(await accept(heldId)).toMatchObject({ status: 200, body: { names: 7, heldId: null } })
    const asked = await house.call(token, 'POST /api/v1/lists/games/refresh')
    expect(asked).toMatchObject({ status: 200, body: { triedAt: null } })
    const [job] = await sql<{ waits: boolean }[]>`
      select asked_at > started_at as waits from house.job where name = 'lists'`
    expect(job?.waits).toBe(true)
    const lines = await sql`
      select distinct subject from audit.entry where action like 'list.%' order by 1`
    expect(lines).toEqual([{ subject: 'list games' }])
  })

  test('is one of pages that what is added meanwhile does not move, with whoever made it', async () => {
    await using house = await twoAssociations()
    const { sql } = house.database
    const add = (name: string) => sql`
      insert into house.list (name, category, blocks, sha256, content, made_by)
      values (${name}, 'adult', '{guest}', 'x', 'x', 'command')`
    for (const name of ['b', 'd', 'f']) await add(name)
    await sql`
      insert into house.list_source (list, url)
      values ('d', 'http://dsi.ut-capitole.fr/blacklists/download/adult.tar.gz')`
    const token = await house.token('auditor', ['75'])
    const seen: string[] = []
    let next: string | null = null
    do {
      const cursor: string = next === null ? '' : `&cursor=${next}`
      const { body } = await house.call(token, `GET /api/v1/lists?category=adult&limit=2${cursor}`)
      const page = body as { rows: { name: string; credit: object | null }[]; next: string | null }
      for (const { name, credit } of page.rows) seen.push(credit === null ? name : `${name}, named`)
      next = page.next
      if (seen.length < 3) await add('a')
    } while (next !== null)
    expect(seen).toEqual(['adult', 'b', 'd, named', 'f'])
    expect(await house.call(token, 'GET /api/v1/lists?cursor=W10')).toMatchObject({ status: 400 })
  })

  test('of the files is changed there, and one of the house by nobody of one association', async () => {
    await using house = await twoAssociations()
    const national = await house.token('national-admin', null)
    const local = await house.token('association-admin', ['75'])
    const change = (token: string) =>
      house.call(token, 'PATCH /api/v1/lists/adult', {
        body: { category: 'x' },
        headers: { 'If-Match': '*' },
      })
    expect(await change(national)).toMatchObject({
      status: 422,
      body: { detail: expect.stringContaining('files') },
    })
    expect(await change(local)).toMatchObject({ status: 403 })
    for (const what of ['refresh', 'accept']) {
      const body = what === 'accept' ? { body: { heldId: 'ab'.repeat(12) } } : {}
      expect(await house.call(local, `POST /api/v1/lists/adult/${what}`, body)).toMatchObject({
        status: 403,
      })
    }
  })

  test('of a zone with a key keeps its origin; a folder without a url is refused', async () => {
    await using house = await twoAssociations()
    const { sql } = house.database
    const token = await house.token('national-admin', null)
    await house.call(token, 'POST /api/v1/lists', { body: WISH })
    const change = (body: object) =>
      house.call(token, 'PATCH /api/v1/lists/games', { body, headers: { 'If-Match': '*' } })
    expect(await change({ category: 'play', folder: 'adult' })).toMatchObject({ status: 400 })
    await sql`update house.list_source set tsig_name = 'k', tsig_algorithm = 'hmac-sha256',
      tsig_secret = 'sealed' where list = 'games'`
    expect(await change({ url: 'https://lists.example/h' })).toMatchObject({
      status: 422,
      body: { detail: expect.stringContaining('key') },
    })
    expect(await change({ category: 'play' })).toMatchObject({ status: 200 })
    const [{ key } = { key: null }] = await sql<{ key: string | null }[]>`
      select tsig_name as key from house.list_source where list = 'games'`
    expect(key).toBe('k')
  })

  test('made twice in one moment is made once', async () => {
    await using house = await twoAssociations()
    const token = await house.token('national-admin', null)
    const made = await Promise.all(
      Array.from({ length: 4 }, () => house.call(token, 'POST /api/v1/lists', { body: WISH })),
    )
    expect(made.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 409, 409, 409])
  })

  test('cannot have the server ask with a password, nor without saying where', async () => {
    await using house = await twoAssociations()
    const token = await house.token('national-admin', null)
    for (const wrong of [
      { url: 'https://me:secret@lists.example/g' },
      { url: 'file:///etc/passwd' },
      { url: undefined },
      { names: ['a.example'] },
    ]) {
      const { status } = await house.call(token, 'POST /api/v1/lists', {
        body: { ...WISH, ...wrong },
      })
      expect([wrong, status]).toEqual([wrong, 400])
    }
  })

  test('whose address has a password tells its changes without it', async () => {
    await using house = await twoAssociations()
    const { database } = house
    const from = {
      url: 'https://ada:s3cret@lists.example/x.txt',
      folder: null,
      allowPrivate: false,
    }
    const list = { name: 'games', category: 'games', blocks: ['guest'], from } as const
    expect(await addList(database, testSeal, list, 'cli:ada')).toBe(true)
    const token = await house.token('national-admin', null)
    const { body } = await house.call(token, 'GET /api/v1/lists/changes')
    expect(body).toMatchObject({ rows: [{ after: { url: 'https://…@lists.example/x.txt' } }] })
    expect(JSON.stringify(body)).not.toContain('s3cret')
  })
})
