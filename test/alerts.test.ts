import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'

const root = join(import.meta.dirname, '..')
const text = (path: string): string => readFileSync(join(root, path), 'utf8')

const rulesSchema = z.object({
  groups: z.array(
    z.object({
      rules: z.array(
        z.object({
          alert: z.string(),
          expr: z.string(),
          labels: z.object({ severity: z.enum(['page', 'morning']) }),
          annotations: z.object({
            summary: z.string(),
            description: z.string(),
            run_book: z.string().regex(/^docs\/run-books\/[a-z-]+\.md$/),
          }),
        }),
      ),
    }),
  ),
})
const ALERTS = rulesSchema
  .parse(parse(text('deploy/prometheus/accueil.rules.yaml')))
  .groups.flatMap(({ rules }) => rules)
const HEADINGS = [
  'What it means',
  'What to look at',
  'What to do',
  'How to know it is over',
] as const

test('every alert has a page that names it and says what it means, what to do and when it is over', () => {
  expect(ALERTS.length).toBeGreaterThan(15)
  for (const { alert, annotations } of ALERTS) {
    const page = text(annotations.run_book)
    expect(page, annotations.run_book).toContain(`\`${alert}\``)
    const headings = [...page.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading)
    expect(headings, annotations.run_book).toEqual(HEADINGS)
    expect(text('docs/run-books/README.md')).toContain(`| \`${alert}\` |`)
  }
})

test('no page is left of an alert that is gone', () => {
  const pages = readdirSync(join(root, 'docs/run-books')).filter((name) => name !== 'README.md')
  // What nobody can be alerted of stands in the last line of the list.
  const [, others = ''] = /^Without an alert: (.*)$/m.exec(text('docs/run-books/README.md')) ?? []
  const named = new Set([
    ...ALERTS.map(({ annotations }) => annotations.run_book),
    ...[...others.matchAll(/\((\S+\.md)\)/g)].map(([, page]) => `docs/run-books/${page}`),
  ])
  expect(pages.map((name) => `docs/run-books/${name}`).toSorted()).toEqual([...named].toSorted())
})

test('every alert is raised by a test of promtool', () => {
  const raised = text('deploy/prometheus/accueil.rules.test.yaml')
  expect(
    ALERTS.map(({ alert }) => alert).filter((alert) => !raised.includes(`alertname="${alert}"`)),
  ).toEqual([])
})

const receiver = z.object({
  name: z.string(),
  slack_configs: z.array(z.object({ api_url_file: z.string(), text: z.string() })).min(1),
  email_configs: z.array(z.object({ to: z.string() })).default([]),
  webhook_configs: z.array(z.object({ url: z.url() })).default([]),
})
const matchers = z.array(z.string())
const alertmanagerSchema = z.object({
  route: z.object({ receiver: z.string(), routes: z.array(z.object({ receiver: z.string() })) }),
  inhibit_rules: z.array(z.object({ source_matchers: matchers, target_matchers: matchers })),
  receivers: z.array(receiver),
})

test('Alertmanager pages by Slack and mail, and tells in the morning by Slack and Teams, with the run book', () => {
  const { route, receivers } = alertmanagerSchema.parse(
    parse(text('deploy/prometheus/alertmanager.yaml'), { merge: true }),
  )
  const byName = new Map(receivers.map((one) => [one.name, one]))
  for (const name of [route.receiver, ...route.routes.map((one) => one.receiver)]) {
    expect(byName.get(name)?.slack_configs[0]?.text, name).toContain('.Annotations.run_book')
  }
  expect(byName.get('on-call')?.email_configs).toHaveLength(1)
  expect(byName.get('volunteers')?.webhook_configs).toHaveLength(1)
})

test('what explains an alert, and what is explained, are alerts that there are', () => {
  const { inhibit_rules: rules } = alertmanagerSchema.parse(
    parse(text('deploy/prometheus/alertmanager.yaml'), { merge: true }),
  )
  expect(rules.length).toBeGreaterThan(1)
  for (const matcher of rules.flatMap((rule) => [
    ...rule.source_matchers,
    ...rule.target_matchers,
  ])) {
    const [, pattern = ''] = /^alertname =~? "?([^"]+?)"?$/.exec(matcher) ?? []
    for (const one of pattern.split('|')) {
      expect(
        ALERTS.some(({ alert }) => new RegExp(`^(?:${one})$`).test(alert)),
        one,
      ).toBe(true)
    }
  }
})
