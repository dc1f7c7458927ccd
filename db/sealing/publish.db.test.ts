import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { silentLog } from '#core/log.ts'
import type { Fields } from '#core/log.ts'
import { openTestDatabase } from '../../test/support/database.ts'
import { temporaryFolder } from '../../test/support/folder.ts'
import { testSeal } from '../../test/support/house.ts'
import { behindTheTrigger, dayFromNow, sealNow } from '../../test/support/sealed-log.ts'
import type { Database } from '../connection.ts'
import { applyDeclaration } from '../declaration/apply.ts'
import { formatChange } from '../declaration/difference.ts'
import { readDeclaration } from '../declaration/read.ts'
import { sealingJob } from './job.ts'
import { verifyPublished } from './verify-published.ts'

async function declare(database: Database, sealing: string): Promise<readonly string[]> {
  using folder = temporaryFolder({ 'house.yaml': `version: 1\nsealing: ${sealing}\n` })
  const read = readDeclaration([folder.file('house.yaml')])
  if (!read.ok) return read.problems
  const options = { dryRun: false, actor: 'test', now: Date.now() }
  return (await applyDeclaration(database, testSeal, read.declaration, options)).map(formatChange)
}

function linesOf(file: string): readonly string[] {
  return readFileSync(file, 'utf8').trimEnd().split('\n')
}

describe('published seals', () => {
  test('go to a file line by line, each once, and are checked against the log', async () => {
    await using database = await openTestDatabase()
    using folder = temporaryFolder()
    const file = folder.file('seals.jsonl')
    expect(await declare(database, `{ publish: [ { file: ${file} } ] }`)).toEqual([
      `+ seals published to ${file}`,
    ])
    expect(await sealNow(database)).toBe('5 days sealed, 5 seals published')
    expect(await sealNow(database)).toBe('0 days sealed, 0 seals published')
    expect(linesOf(file).map((line) => (JSON.parse(line) as { day: string }).day)).toEqual(
      [-7, -6, -5, -4, -3].map(dayFromNow),
    )
    expect(await verifyPublished(database, file, null)).toMatchObject({
      ...{ lines: 5, problems: [], notes: [] },
      reach: { from: dayFromNow(-7), to: dayFromNow(-3) },
    })

    // Whoever holds the key could remake the whole chain; what was published stays.
    await behindTheTrigger(
      database,
      `delete from log.seal_published; delete from log.seal_leaf; delete from log.seal;
       update log.connection set account = 'eve'`,
    )
    await database.sql`delete from house.publish_target`
    await sealNow(database, Date.now() + 1000)
    expect((await verifyPublished(database, file, null)).problems[0]).toBe(
      `${file}:1: the seal of ${dayFromNow(-7)} is not the one that was published`,
    )
    await database.sql`delete from log.seal where day = ${dayFromNow(-3)}`
    expect((await verifyPublished(database, file, null)).problems[4]).toBe(
      `${file}:5: the seal of ${dayFromNow(-3)} was published and is missing here`,
    )
    const [first = ''] = linesOf(file)
    // By itself it is in order, until a line is missing from it.
    expect((await verifyPublished(null, file, null)).problems).toEqual([])
    writeFileSync(file, linesOf(file).toSpliced(2, 1).join('\n'))
    expect((await verifyPublished(null, file, null)).problems).toEqual([
      `${file}: the chain is broken between ${dayFromNow(-6)} and ${dayFromNow(-4)}: a seal there was changed, remade or taken out`,
    ])
    writeFileSync(file, `${first.replace('"connections":0', '"connections":1')}\n`)
    appendFileSync(file, 'nonsense\n')
    expect((await verifyPublished(database, file, null)).problems).toEqual([
      expect.stringContaining('the signature of the published seal'),
      `${file}:2: is not a published seal`,
    ])
  })

  test('wait in order for a webhook that is away, and hold up no other place', async () => {
    await using database = await openTestDatabase()
    using folder = temporaryFolder()
    const file = folder.file('seals.jsonl')
    const got: string[] = []
    let status = 503
    const server = createServer((request, response) => {
      let body = ''
      request.on('data', (chunk: Buffer) => {
        body += chunk.toString()
      })
      request.on('end', () => {
        if (status === 200) got.push(body)
        response.writeHead(status, { location: 'http://127.0.0.1:1/' }).end()
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/seals`
    await declare(database, `{ publish: [ { url: "${url}" }, { file: ${file} } ] }`)
    const waits = `${url} waits from ${dayFromNow(-7)} on`
    expect(await sealNow(database)).toBe(`5 days sealed, 5 seals published, ${waits}`)
    expect(linesOf(file)).toHaveLength(5)
    status = 302
    expect(await sealNow(database)).toBe(`0 days sealed, 0 seals published, ${waits}`)
    // The job tries again, and calls a person when a day has passed.
    const told: unknown[] = []
    const tell = (level: string) => (event: string, fields?: Fields) => {
      told.push([level, event, fields?.['reason']])
    }
    const log = { ...silentLog, warn: tell('warn'), error: tell('error') }
    status = 503
    const seal = testSeal
    await sealingJob({ database, seal, log, clock: Date.now }).run()
    await sealingJob({ database, seal, log, clock: () => Date.now() + 86_400_001 }).run()
    expect(told).toEqual([
      ['warn', 'sealing.publish-failed', 'it answered 503'],
      ['error', 'sealing.publish-failed', 'it answered 503'],
    ])
    status = 200
    expect(await sealNow(database)).toBe('0 days sealed, 6 seals published')
    expect(got).toEqual(linesOf(file))
    server.close()
  })

  test('go only where a declaration says, which is read strictly', async () => {
    await using database = await openTestDatabase()
    expect(await declare(database, '{ publish: [ { url: "http://example.org/" } ] }')).toEqual([
      expect.stringContaining('"http://example.org/" is not an https:// address'),
    ])
    expect(await declare(database, '{ publish: [ { } ] }')).toEqual([
      expect.stringContaining('must have either file or url'),
    ])
    await declare(database, '{ publish: [ { url: "https://example.org/seals" } ] }')
    expect(await declare(database, '{ publish: [] }')).toEqual([
      '- seals published to https://example.org/seals',
    ])
  })
})
