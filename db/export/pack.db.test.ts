import { readFileSync, writeFileSync } from 'node:fs'
import { inflateRawSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { openTestDatabase } from '../../test/support/database.ts'
import { temporaryFolder } from '../../test/support/folder.ts'
import { seedHouse, testSeal } from '../../test/support/house.ts'
import { CASE, packOf } from '../../test/support/packs.ts'
import { dayFromNow, fillDay, rowId, sealNow } from '../../test/support/sealed-log.ts'
import { NO_CRITERIA } from '../connections.ts'
import { addHold } from '../holds.ts'
import { goneFrom } from '../partitions.ts'
import { runPurge } from '../retention.ts'
import { getOrCreateSealingKey } from '../sealing/sealing-key.ts'
import { approveExport, isApproved, requestExport } from './export-requests.ts'
import { verifyPack } from './verify-pack.ts'
import { listZip, readZipEntry } from './zip.ts'

const DAY = dayFromNow(-5)

async function contentOf(path: string, name: string): Promise<string> {
  const entry = (await listZip(path)).find((found) => found.name === name)
  if (entry === undefined) throw new Error(`${name} is not in the pack`)
  const chunks: Buffer[] = []
  for await (const chunk of readZipEntry(path, entry)) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

describe('a requisition pack', () => {
  test('holds the rows in three forms, how they were found, and what proves it', async () => {
    await using database = await openTestDatabase()
    using folder = temporaryFolder()
    await seedHouse(database)
    await fillDay(database, DAY, 2500, { account: '=cmd|"x"!A1' })
    await fillDay(database, dayFromNow(-4), 10)
    await sealNow(database)
    const path = folder.file('pack.zip')
    expect(await packOf(database, { user: '=cmd|"x"!A1' }, path)).toBe(2500)

    expect((await listZip(path)).map(({ name }) => name)).toEqual([
      'lecture.html',
      'rows.csv',
      'rows.json',
      'criteres.json',
      'methode.txt',
      'manifest.json',
      'manifest.sig',
    ])
    const csv = (await contentOf(path, 'rows.csv')).split('\r\n')
    expect(csv).toHaveLength(2502)
    expect(csv[0]).toBe(
      'sessionId,site,gateway,network,mac,user,ip,ipv6,publicIp,publicPorts,start,stop,cause,zone,startThere,stopThere',
    )
    expect(csv[1]).toContain(`,"'=cmd|""x""!A1",192.168.77.9,,,,${DAY}T`)
    const rows = JSON.parse(await contentOf(path, 'rows.json')) as Record<string, unknown>[]
    expect(rows).toHaveLength(2500)
    expect(rows[0]).toMatchObject({ site: '75-0042', user: '=cmd|"x"!A1', ip: '192.168.77.9' })
    const page = await contentOf(path, 'lecture.html')
    expect(page).toContain('PV 12/2026')
    expect(page).toMatch(/UTC<br>\S+Z in Europe\/Paris/)
    expect(page).not.toContain('"x"')
    expect(await contentOf(path, 'methode.txt')).toContain('METHOD NOTE')
    expect(JSON.parse(await contentOf(path, 'criteres.json'))).toMatchObject({
      requestedBy: 'cli:ada',
      approvedBy: 'cli:bob',
      criteria: { user: '=cmd|"x"!A1', mac: null },
    })
    expect(await verifyPack(path, null)).toMatchObject({
      manifest: { organisation: 'Les Restos', case: 'PV 12/2026', rows: 2500 },
      problems: [],
    })
    const audit = await database.sql`
      select action, actor from audit.entry where action like 'logs.%' and action <> 'logs.seal-day'
      order by id`
    expect(audit.map(({ action, actor }) => [action, actor])).toEqual([
      ['logs.export-request', 'cli:ada'],
      ['logs.export-approve', 'cli:bob'],
      ['logs.export', 'cli:bob'],
      ['logs.search', 'cli:bob'],
    ])
  })

  test('says that nothing fits, and is never written over another', async () => {
    await using database = await openTestDatabase()
    using folder = temporaryFolder()
    const path = folder.file('pack.zip')
    expect(await packOf(database, { user: 'nobody' }, path)).toBe(0)
    expect(await contentOf(path, 'rows.json')).toBe('[]\n')
    expect(await contentOf(path, 'lecture.html')).toContain('No connection fits these criteria')
    expect((await verifyPack(path, null)).problems).toEqual([])
    await expect(packOf(database, { user: 'nobody' }, path)).rejects.toThrow(/is there already/)
  })

  test('says of each instant asked for which time held at the places', async () => {
    await using database = await openTestDatabase()
    using folder = temporaryFolder()
    const path = folder.file('pack.zip')
    const at = new Date('2026-10-25T00:30:00Z')
    await packOf(database, { ip: '192.168.77.9', from: at, to: at }, path)
    const said = [
      '     2026-10-25T00:30:00.000Z',
      '       2026-10-25T00:30:00.000Z in Europe/Paris (Europe/Paris)',
      '       2026-10-25T00:30:00.000Z in America/Martinique (America/Martinique)',
    ].join('\n')
    // Once in French, once in English.
    expect((await contentOf(path, 'methode.txt')).split(`:\n${said}\n6. `)).toHaveLength(3)
  })

  test('tampered with at any of its files is found, and which', async () => {
    await using database = await openTestDatabase()
    using folder = temporaryFolder()
    const path = folder.file('pack.zip')
    await fillDay(database, DAY, 20, { account: 'bob' })
    await packOf(database, { user: 'bob' }, path)
    const whole = readFileSync(path)
    const other = folder.file('other.zip')
    for (const entry of await listZip(path)) {
      const at = entry.offset + entry.header.length + Math.floor(entry.packed / 2)
      const bytes = Buffer.from(whole)
      bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at)
      writeFileSync(other, bytes)
      const { problems } = await verifyPack(other, null)
      expect(problems.join('\n'), entry.name).toContain(entry.name)
    }
    writeFileSync(other, whole.subarray(0, -100))
    await expect(verifyPack(other, null)).rejects.toThrow(/not a pack, or not whole/)
    expect(inflateRawSync(Buffer.from([3, 0]))).toHaveLength(0)
  })

  test('signed with another key is found by who knows the right one', async () => {
    await using database = await openTestDatabase()
    await using elsewhere = await openTestDatabase()
    using folder = temporaryFolder()
    const path = folder.file('pack.zip')
    await packOf(database, { user: 'bob' }, path)
    const right = await getOrCreateSealingKey(database, testSeal)
    const wrong = await getOrCreateSealingKey(elsewhere, testSeal)
    expect((await verifyPack(path, right.publicPem)).problems).toEqual([])
    expect((await verifyPack(path, wrong.publicPem)).problems).toEqual([
      `the pack is signed with the key ${right.id}, which is not the one given`,
    ])
  })

  test('has the rows that a hold kept for its case after their year', async () => {
    await using database = await openTestDatabase()
    using folder = temporaryFolder()
    await fillDay(database, DAY, 3, { account: 'bob' })
    await addHold(database, {
      ...{ ...CASE, until: '2099-01-01', actor: 'cli:ada', now: Date.now() },
      criteria: { ...NO_CRITERIA, user: 'bob' },
    })
    await runPurge(database, goneFrom(DAY), 'test')
    const path = folder.file('pack.zip')
    expect(await packOf(database, { user: 'bob', ip: '192.168.77.9' }, path)).toBe(3)
    expect(await contentOf(path, 'rows.json')).toContain(rowId(DAY, 2))
    expect(await packOf(database, { user: 'eve' }, folder.file('other.zip'))).toBe(0)
  })
})

describe('a request for a pack', () => {
  test('needs a second person; the same request is found again with the approval', async () => {
    await using database = await openTestDatabase()
    const asked = { ...CASE, criteria: { ...NO_CRITERIA, user: 'bob' }, actor: 'cli:ada' }
    const first = await requestExport(database, asked)
    expect(first.isNew).toBe(true)
    const again = await requestExport(database, asked)
    expect(again).toMatchObject({ isNew: false, request: { code: first.request.code } })
    expect(isApproved(again.request)).toBe(false)
    await expect(approveExport(database, first.request.code, 'cli:ada')).rejects.toThrow(
      /someone else has to approve/,
    )
    await approveExport(database, first.request.code.toLowerCase(), 'cli:bob')
    const third = await requestExport(database, asked)
    expect(isApproved(third.request)).toBe(true)
    // Other rows are another request.
    const wider = { ...asked, criteria: { ...NO_CRITERIA, site: '75-0042' } }
    expect((await requestExport(database, wider)).isNew).toBe(true)
    await expect(approveExport(database, 'ZZZZZZZZ', 'cli:bob')).rejects.toThrow(/no request/)
  })

  test('is not approved by the same person under another name, nor by nobody in particular', async () => {
    await using database = await openTestDatabase()
    const asked = { ...CASE, criteria: { ...NO_CRITERIA, user: 'bob' }, actor: 'cli:ada' }
    const { code } = (await requestExport(database, asked)).request
    const approve = (actor: string) => approveExport(database, code, actor)
    await expect(approve('account:ada')).rejects.toThrow(/someone else has to approve/)
    await expect(approve('cli:root')).rejects.toThrow(
      /^root may be anyone, cli:ada too: someone else/,
    )
    expect((await approve('account:bob')).approvedBy).toBe('account:bob')
  })

  test('of root says in the pack that nobody knows who that was', async () => {
    await using database = await openTestDatabase()
    using folder = temporaryFolder()
    const path = folder.file('pack.zip')
    await packOf(database, { user: 'bob' }, path, { requestedBy: 'cli:root' })
    const note = await contentOf(path, 'methode.txt')
    expect(note).toContain('Requested by cli:root, approved by cli:bob.\n   "root" is')
    expect(note).not.toContain('two people')
    await packOf(database, { user: 'eve' }, folder.file('other.zip'))
    expect(await contentOf(folder.file('other.zip'), 'methode.txt')).toContain(
      'cli:bob: two people.',
    )
  })

  test('counts no more after a month, nor does its approval', async () => {
    await using database = await openTestDatabase()
    const asked = { ...CASE, criteria: { ...NO_CRITERIA, user: 'bob' }, actor: 'cli:ada' }
    const { request } = await requestExport(database, asked)
    await database.sql`
      update log.export_request set requested_at = requested_at - interval '31 days'`
    await expect(approveExport(database, request.code, 'cli:bob')).rejects.toThrow(/no request/)
    expect((await requestExport(database, asked)).isNew).toBe(true)
  })
})
