import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const pages = globSync(['*.md', 'docs/**/*.md', 'deploy/**/*.md'], { cwd: root })

/** As forges make them of headings. */
function anchorsOf(page: string): readonly string[] {
  return [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\d_ -]/gu, '')
      .replaceAll(' ', '-'),
  )
}

test('what the docs link to is there, also the heading', () => {
  expect(pages.length).toBeGreaterThan(30)
  const broken: string[] = []
  for (const page of pages) {
    const text = readFileSync(join(root, page), 'utf8')
    for (const [link, path = '', anchor] of text.matchAll(/\]\(([^)#\s]*)(?:#([^)\s]+))?\)/g)) {
      if (/^[a-z]+:/.test(path)) continue
      const target = path === '' ? page : join(dirname(page), path)
      const file = join(root, target)
      if (!existsSync(file)) broken.push(`${page}: ${link}`)
      else if (anchor !== undefined && statSync(file).isFile()) {
        const anchors = anchorsOf(readFileSync(file, 'utf8'))
        if (!anchors.includes(anchor)) broken.push(`${page}: ${link}`)
      }
    }
  }
  expect(broken).toEqual([])
})

test('what is said to prove something is there: files of tests, and scenarios', () => {
  const text = readFileSync(join(root, 'docs/proofs.md'), 'utf8')
  const runner = readFileSync(join(root, 'test/interop/scenarios.ts'), 'utf8')
  const files = globSync('*/**/*.ts', { cwd: root, exclude: ['node_modules/**'] })
  const missing: string[] = []
  for (const row of text.split('\n').filter((line) => line.startsWith('| '))) {
    for (const [, path = ''] of row.matchAll(/`([\w/*.-]+\.ts)`/g)) {
      // One test a kind of gateway.
      if (path === 'KIND.test.ts') continue
      const pattern = new RegExp(`(^|/)${path.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}$`)
      if (!files.some((file) => pattern.test(file))) missing.push(path)
    }
    for (const [, names = ''] of row.matchAll(/interop ((?:`[\w-]+`(?:, | and )?)+)/g)) {
      for (const [, name = ''] of names.matchAll(/`([\w-]+)`/g)) {
        if (!new RegExp(`\\b${name}\\b|'${name}'`).test(runner)) missing.push(`interop ${name}`)
      }
    }
  }
  expect(text.match(/interop `/g)?.length).toBeGreaterThan(20)
  expect(missing).toEqual([])
})
