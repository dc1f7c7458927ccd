import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { expect, test } from 'vitest'

/** What each room may import, besides itself. `main.ts` and `command` are the composition root. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: [],
  db: ['core'],
  'radius-server': ['core', 'db'],
  'dns-filter': ['core', 'db'],
  portal: ['core', 'db'],
  command: ['core', 'db', 'radius-server', 'dns-filter', 'portal'],
}
const FEWEST_FILES = 120
const PART_FACES = ['main.ts', 'pipeline.ts']

const ROOT = join(import.meta.dirname, '..')
const sources = Object.keys(MAY_IMPORT).flatMap((room) =>
  globSync(`${room}/**/*.ts`, { cwd: ROOT }).filter((file) => !file.endsWith('.test.ts')),
)

function roomsImportedBy(file: string): readonly string[] {
  const source = readFileSync(join(ROOT, file), 'utf8')
  const specifiers = source.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)
  return [...specifiers].flatMap(([, specifier = '']) => {
    if (specifier.startsWith('#')) return [specifier.slice(1).split('/')[0] ?? '']
    if (!specifier.startsWith('.')) return []
    return [normalize(join(dirname(file), specifier)).split('/')[0] ?? '']
  })
}

test('imports go one way: parts to db to core, and never from part to part', () => {
  // A check that looks at nothing passes too.
  expect(sources.length).toBeGreaterThan(FEWEST_FILES)
  const wrong = sources.flatMap((file) => {
    const room = file.split('/')[0] ?? ''
    // What only tests use stands beside the code and may lean on the test peers.
    const fixture = /\/testing\/|-fixture\.ts$/.test(file) ? ['test'] : []
    const allowed = new Set([room, ...(MAY_IMPORT[room] ?? []), ...fixture])
    return roomsImportedBy(file)
      .filter((imported) => !allowed.has(imported))
      .map((imported) => `${file} imports ${imported}`)
  })
  expect(wrong).toEqual([])
})

test('each part shows the same faces', () => {
  for (const part of ['radius-server', 'dns-filter', 'portal']) {
    const faces = sources.filter((file) => PART_FACES.some((face) => file === `${part}/${face}`))
    expect(faces, part).toHaveLength(PART_FACES.length)
    expect(sources.some((file) => [`${part}/server.ts`, `${part}/app.ts`].includes(file))).toBe(
      true,
    )
    expect(sources.some((file) => file.startsWith(`${part}/listen-`))).toBe(true)
  }
})

test('no room has a drawer for everything', () => {
  const drawers = sources.filter((file) =>
    /(^|\/)(utils?|helpers?|common|types|index)(\.ts|\/)/.test(file),
  )
  expect(drawers).toEqual([])
})
