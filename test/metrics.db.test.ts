import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { createMetrics } from '#core/metrics.ts'
import { openTestDatabase } from './support/database.ts'
import type { RecordedMetric } from './support/recorded-metrics.ts'
import { registeredMetrics } from './support/registered-metrics.ts'
import type { Section } from './support/registered-metrics.ts'

const root = join(import.meta.dirname, '..')
const text = (path: string): string => readFileSync(join(root, path), 'utf8')
const CATALOGUE = text('docs/metrics.md')
const HEADINGS: Readonly<Record<Section, string>> = {
  'every process': 'Every process',
  'radius and dns': 'Roles radius and dns',
  portal: 'Role portal',
  radius: 'Role radius',
  dns: 'Role dns',
  jobs: 'Role jobs',
}

let made: Readonly<Record<Section, readonly RecordedMetric[]>>
let byName: ReadonlyMap<string, RecordedMetric>
beforeAll(async () => {
  await using database = await openTestDatabase()
  made = await registeredMetrics(database)
  byName = new Map(
    Object.values(made)
      .flat()
      .map((one) => [one.name, one]),
  )
})

/** The cells of each row of the table under a heading. */
function rowsUnder(heading: string): readonly (readonly string[])[] {
  const section = CATALOGUE.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''
  return section
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    )
}

const rulesSchema = z.object({
  groups: z.array(z.object({ rules: z.array(z.object({ alert: z.string(), expr: z.string() })) })),
})
const RULES = rulesSchema
  .parse(parse(text('deploy/prometheus/accueil.rules.yaml')))
  .groups.flatMap(({ rules }) => rules)

/** What a query asks for: `name{label="value"}`, and `{__name__=~"…"}` for several. */
interface Asked {
  readonly names: readonly string[]
  readonly labels: readonly (readonly [label: string, operator: string, value: string])[]
}

function askedBy(expr: string, known: readonly string[]): readonly Asked[] {
  return [
    ...expr.matchAll(/([A-Za-z0-9_:]*)\{([^}]*)\}|\b((?:accueil|nodejs|process)_[a-z0-9_]+)\b/g),
  ].map(([, name = '', matchers = '', bare]) => {
    const labels = [...matchers.matchAll(/([a-z_]+)(=~|!~|!=|=)"([^"]*)"/g)].map(
      ([, label = '', operator = '', value = '']) => [label, operator, value] as const,
    )
    const pattern = labels.find(([label]) => label === '__name__')?.[2]
    const names =
      pattern === undefined
        ? [bare ?? name]
        : known.filter((each) => new RegExp(`^(?:${pattern})$`).test(each))
    return { names, labels: labels.filter(([label]) => label !== '__name__') }
  })
}

const bareName = (name: string): string => name.replace(/_(?:bucket|count|sum)$/, '')
const OF_PROMETHEUS = new Set(['up', 'ALERTS'])
/** Those of Prometheus, and of several processes. */
const LABELS_OF_ALL = new Set(['job', 'instance', 'process', 'le', 'namespace', 'pod'])

/** What is wrong with a query: a metric, a label or a value that no role has. */
function faultsOf(expr: string, nodes: ReadonlySet<string>): readonly string[] {
  const faults: string[] = []
  const queries = askedBy(expr, [...byName.keys()])
  for (const { names, labels } of queries) {
    if (names.length === 0) faults.push(`no metric is like ${expr}`)
    for (const name of names.filter(
      (each) => !OF_PROMETHEUS.has(each) && !nodes.has(bareName(each)),
    )) {
      const metric = byName.get(bareName(name)) ?? byName.get(name)
      if (metric === undefined) faults.push(`${name} is no metric`)
      for (const [label, operator, value] of labels) {
        if (metric === undefined || LABELS_OF_ALL.has(label)) continue
        // Dashboards put what was chosen where a value begins with a dollar.
        if (metric.label !== label) faults.push(`${name} has no label ${label}`)
        else if (metric.values !== null && !value.startsWith('$')) {
          faults.push(
            ...neverOf(metric, metric.values, { operator, value, alone: names.length === 1 }),
          )
        }
      }
    }
  }
  return faults
}

/** Of several metrics that are asked at once, each has some of the values. */
function neverOf(
  { name, label }: RecordedMetric,
  values: readonly string[],
  asked: { readonly operator: string; readonly value: string; readonly alone: boolean },
): readonly string[] {
  const wanted = asked.operator.includes('~') ? asked.value.split('|') : [asked.value]
  const unknown = wanted.filter(
    (one) => !values.some((each) => new RegExp(`^(?:${one})$`).test(each)),
  )
  const isWrong = unknown.length === wanted.length || (asked.alone && unknown.length > 0)
  return isWrong ? [`${name}{${label}} is never ${unknown.join(', ')}`] : []
}

async function ofNode(): Promise<ReadonlySet<string>> {
  const all = await createMetrics({ process: true }).text()
  return new Set([...all.matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name))
}

test('the catalogue has every metric of every role, with its type, label and unit, and no other', () => {
  const unit = (name: string): string =>
    name.includes('_seconds') ? 's' : name.includes('_bytes') ? 'bytes' : ''
  for (const [section, heading] of Object.entries(HEADINGS) as [Section, string][]) {
    expect(made[section].length).toBeGreaterThan(0)
    expect(
      rowsUnder(heading)
        .map(([metric, type, units]) => `${metric} ${type} ${units}`)
        .toSorted(),
      heading,
    ).toEqual(
      made[section]
        .map(({ name, type, label }) => {
          const labelled = label === null ? name : `${name}{${label}}`
          return `\`${labelled}\` ${type} ${unit(name)}`
        })
        .toSorted(),
    )
  }
})

test('each row says what the metric tells, and which alerts ask for it', () => {
  for (const heading of Object.values(HEADINGS)) {
    for (const [metric = '', , , meaning = '', alerts = ''] of rowsUnder(heading)) {
      const name = metric.replace(/^`([a-z_0-9]+).*$/, '$1')
      expect(meaning.length, metric).toBeGreaterThan(5)
      const asking = RULES.filter(({ expr }) =>
        askedBy(expr, [...byName.keys()]).some(({ names }) => names.map(bareName).includes(name)),
      ).map(({ alert }) => `\`${alert}\``)
      expect(alerts, metric).toBe(asking.join(', '))
    }
  }
})

test('the values of labels are those of the catalogue', () => {
  const listed = CATALOGUE.split('\n## Values of labels\n')[1]
    ?.split('\n')
    .filter((l) => l !== '')
  const real = Object.values(made)
    .flat()
    .filter(({ values }) => values !== null)
    .map(({ name, label, values }) => `- \`${name}{${label}}\`: ${values?.join(', ')}`)
  expect(listed).toEqual(real)
})

test('rules, dashboards and autoscalers ask for metrics, labels and values that are made', async () => {
  const nodes = await ofNode()
  const dashboards = globSync('deploy/grafana/**/*.json', { cwd: root })
  expect(dashboards.length).toBeGreaterThan(4)
  const queries = [
    ...RULES.map(({ alert, expr }) => [alert, expr] as const),
    ...dashboards.flatMap((file) =>
      [...text(file).matchAll(/"expr": (".*"),?$/gm)].map(
        ([, expr = '']) => [file, z.string().parse(JSON.parse(expr))] as const,
      ),
    ),
    ...[...text('deploy/kubernetes/adapter-rules.yaml').matchAll(/seriesQuery: '(.*)'/g)].map(
      ([, expr = '']) => ['adapter-rules', expr] as const,
    ),
  ]
  const faults = queries.flatMap(([where, expr]) =>
    faultsOf(expr, nodes).map((fault) => `${where}: ${fault}`),
  )
  expect(faults).toEqual([])
})

test('a query with a wrong name, label or value is found', async () => {
  const nodes = await ofNode()
  expect(faultsOf('rate(accueil_radius_acepts_total[5m])', nodes)).toHaveLength(1)
  expect(faultsOf('accueil_dns_answers_total{reason="failed"}', nodes)).toEqual([
    'accueil_dns_answers_total has no label reason',
  ])
  expect(faultsOf('accueil_dns_answers_total{verdict=~"failed|loked"}', nodes)).toEqual([
    'accueil_dns_answers_total{verdict} is never loked',
  ])
  expect(faultsOf('{__name__=~"accueil_nothing_.*"}', nodes)).toHaveLength(1)
})
