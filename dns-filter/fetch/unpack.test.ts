import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { tarOf } from '../testing/archive.ts'
import { readTar } from './tar.ts'
import { unpackList } from './unpack.ts'

async function unpacked(
  body: Uint8Array,
  options: { folder?: string | null; category?: string; unpackedBytes?: number } = {},
): Promise<string> {
  const result = await unpackList(body, { folder: null, category: 'adult', ...options })
  return result.ok ? Buffer.from(result.text).toString() : `no: ${result.reason}`
}

describe('what was fetched', () => {
  test('is the text itself, or the text zipped, once or twice', async () => {
    const text = Buffer.from('bad.example\n')
    expect(await unpacked(text)).toBe('bad.example\n')
    expect(await unpacked(gzipSync(text))).toBe('bad.example\n')
    expect(await unpacked(gzipSync(gzipSync(text)))).toBe('bad.example\n')
  })

  test('of a zip that is cut off, or a bomb, says what is wrong', async () => {
    const zipped = gzipSync(Buffer.alloc(1_000_000, 'bad.example\n'))
    expect(await unpacked(zipped.subarray(0, 500))).toMatch(/^no: it cannot be unpacked/)
    expect(await unpacked(zipped, { unpackedBytes: 65_536 })).toBe(
      'no: it unpacks to more than 65536 bytes',
    )
    const twice = gzipSync(gzipSync(Buffer.alloc(1_000_000)))
    expect(await unpacked(twice, { unpackedBytes: 65_536 })).toMatch(/unpacks to more/)
  })
})

describe('an archive of Toulouse', () => {
  const all = gzipSync(
    tarOf({
      'blacklists/adult/domains': 'bad.example\nworse.example',
      'blacklists/adult/urls':
        'whole.example/\npath.example/page\nwhole2.example\nport.example:80\n',
      'blacklists/adult/expressions': '(sex|xxx)',
      'blacklists/publicite/domains': 'ads.example\n',
      'blacklists/ads': '-> publicite',
      'blacklists/README': 'hello',
    }),
  )

  test('gives the folder of the category: its domains, then the hosts that its addresses name whole', async () => {
    expect(await unpacked(all)).toBe('bad.example\nworse.example\nwhole.example\nwhole2.example\n')
    expect(await unpacked(all, { category: 'x', folder: 'publicite' })).toBe('ads.example\n')
    expect(await unpacked(all, { category: 'ads' })).toBe('ads.example\n')
  })

  test('without that folder names those there are', async () => {
    expect(await unpacked(all, { category: 'games' })).toBe(
      'no: the archive has no "games/domains"; say which folder: adult, publicite',
    )
    expect(await unpacked(all, { folder: 'games' })).toContain('no "games/domains"')
  })

  test('of one category needs no name', async () => {
    const one = gzipSync(tarOf({ 'adult/domains': 'bad.example\n', 'adult/usage': 'black\n' }))
    expect(await unpacked(one, { category: 'porn' })).toBe('bad.example\n')
  })

  test('with paths that lead out of it is read, and nothing is written anywhere', async () => {
    const evil = tarOf({
      '../../../../tmp/adult/domains': 'bad.example\n',
      '/etc/passwd': 'root',
      'link/domains': '-> /etc/passwd',
    })
    expect(await unpacked(evil)).toBe('bad.example\n')
  })

  test('without any domains says so', async () => {
    expect(await unpacked(tarOf({ 'adult/readme': 'x' }))).toBe(
      'no: the archive has no file "domains"',
    )
  })
})

test('a tar archive with any octets changed, or cut off, is read without an error', () => {
  const whole = tarOf({ 'a/domains': 'a.example\n', 'b/domains': 'b.example\n' })
  expect(readTar(whole)?.map(({ path }) => path)).toEqual(['a/domains', 'b/domains'])
  expect(readTar(Buffer.from('bad.example\n'.repeat(100)))).toBeNull()
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 5 }),
      fc.nat(whole.length),
      (changes, length) => {
        const changed = Buffer.from(whole.subarray(0, length))
        for (const [at, byte] of changes) if (at < length) changed[at] = byte
        for (const { content } of readTar(changed) ?? []) {
          expect(content.length).toBeLessThanOrEqual(length)
        }
      },
    ),
    { numRuns: 500 },
  )
})
