import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { dashboardFiles } from './files.ts'

const folder = join(import.meta.dirname, 'dashboards')
const dashboardSchema = z.object({
  uid: z.string().regex(/^accueil-[a-z]+$/),
  panels: z.array(
    z.object({
      id: z.int(),
      title: z.string().min(3),
      gridPos: z.object({ x: z.int(), y: z.int(), w: z.int(), h: z.int() }),
      targets: z.array(z.object({ expr: z.string(), legendFormat: z.string().min(1) })).optional(),
    }),
  ),
})
const DASHBOARDS = [...dashboardFiles()].map(
  ([name, text]) => [name, dashboardSchema.parse(JSON.parse(text))] as const,
)

test('the files are what the definitions say: node deploy/grafana/write.ts', () => {
  expect(readdirSync(folder).toSorted()).toEqual([...dashboardFiles().keys()].toSorted())
  for (const [name, text] of dashboardFiles()) {
    expect(readFileSync(join(folder, name), 'utf8') === text, name).toBe(true)
  }
})

test('no panel lies on another, or beyond the edge', () => {
  for (const [name, { panels }] of DASHBOARDS) {
    const taken = new Set<string>()
    expect(new Set(panels.map(({ id }) => id)).size, name).toBe(panels.length)
    for (const { title, gridPos } of panels) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24)
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          expect(taken.has(`${x} ${y}`), `${name}: ${title}`).toBe(false)
          taken.add(`${x} ${y}`)
        }
      }
    }
  }
})

test('a legend names labels that its query leaves', () => {
  for (const [name, { panels }] of DASHBOARDS) {
    for (const { expr, legendFormat } of panels.flatMap(({ targets = [] }) => targets)) {
      const left = /\bby \(([^)]+)\)/.exec(expr)?.[1]?.split(', ') ?? ['instance', 'process']
      // Without a sum over all, every label is left.
      const isSum = /^(?:sum|min|max|count) ?\(/.test(expr)
      for (const [, label = ''] of legendFormat.matchAll(/\{\{(\w+)\}\}/g)) {
        expect(isSum ? [] : left, `${name}: ${expr}`).toContain(label)
      }
    }
  }
})
