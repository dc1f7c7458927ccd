import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { freePort } from '../support/peers/free-ports.ts'
import { eventually, must, repository, run, start } from '../support/peers/process.ts'
import type { Scenario } from './scenario.ts'

const deployed = (name: string): string => join(repository, 'deploy/prometheus', name)

/** A real Prometheus scrapes the product with the rules that we ship; its own tools check both files. */
export async function monitoring({ product, folder, test }: Scenario): Promise<void> {
  await test('promtool finds the rules in order, and each alert raised by what it is about', async () => {
    await must(['promtool', 'check', 'rules', deployed('accueil.rules.yaml')])
    await must(['promtool', 'test', 'rules', deployed('accueil.rules.test.yaml')])
  })

  await test('amtool finds the routes in order: each alert goes to who is on call, or to the volunteers', async () => {
    const file = deployed('alertmanager.yaml')
    await must(['amtool', 'check-config', file])
    const routed = async (...labels: readonly string[]): Promise<string> =>
      (
        await must(['amtool', 'config', 'routes', 'test', `--config.file=${file}`, ...labels])
      ).trim()
    const rules = rulesFile.parse(parse(readFileSync(deployed('accueil.rules.yaml'), 'utf8')))
    for (const { alert, labels } of rules.groups.flatMap((group) => group.rules)) {
      const to = labels.severity === 'page' ? 'on-call' : 'volunteers'
      assert.equal(await routed(`severity=${labels.severity}`, `alertname=${alert}`), to, alert)
    }
  })

  await test('promtool finds nothing to say about the text of the metrics', async () => {
    const response = await fetch(`http://127.0.0.1:${product.ports.metrics}/metrics`)
    const text = await response.text()
    const { stdout, stderr } = await run(['promtool', 'check', 'metrics'], { input: text })
    // Node's own have names that it does not like.
    const lines = `${stdout}${stderr}`.split('\n').filter((line) => line !== '')
    assert.ok(lines.length > 0)
    assert.deepEqual(
      lines.filter((line) => !line.startsWith('nodejs_')),
      [],
    )
  })

  await test('promtool parses each query of the dashboards', async () => {
    const groups = panelQueries().map(([name, queries]) => ({
      name,
      rules: queries.map((expr, index) => ({ record: `panel:${index}`, expr })),
    }))
    const file = folder.write('dashboards.rules.yaml', JSON.stringify({ groups }))
    const said = await must(['promtool', 'check', 'rules', '--lint=none', file])
    assert.match(said, /SUCCESS: \d\d+ rules found/)
  })

  const port = await freePort()
  const config = folder.write(
    'prometheus.yaml',
    JSON.stringify({
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: [deployed('accueil.rules.yaml')],
      scrape_configs: [
        {
          job_name: 'accueil',
          static_configs: [{ targets: [`127.0.0.1:${product.ports.metrics}`] }],
        },
      ],
    }),
  )
  await using prometheus = start(
    'prometheus',
    [
      'prometheus',
      `--config.file=${config}`,
      `--storage.tsdb.path=${folder.fresh('tsdb')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { folder },
  )
  const ask = async (path: string): Promise<unknown> =>
    (await fetch(`http://127.0.0.1:${port}/api/v1/${path}`)).json()
  await test('Prometheus scrapes the product, and evaluates every rule without a complaint', async () => {
    await eventually(
      () => `Prometheus has scraped and evaluated; it said:\n${prometheus.output()}`,
      async () => {
        const up = upSchema.safeParse(await ask('query?query=up').catch(() => null))
        const rules = rulesSchema.safeParse(await ask('rules').catch(() => null))
        if (!up.success || !rules.success) return false
        const health = rules.data.data.groups.flatMap((group) => group.rules.map((r) => r.health))
        return up.data.data.result[0]?.value[1] === '1' && health.every((state) => state === 'ok')
      },
      60_000,
    )
    const jobs = upSchema.parse(await ask('query?query=accueil_job_failed')).data.result
    assert.ok(jobs.length >= 4 && jobs.every(({ value }) => value[1] === '0'), JSON.stringify(jobs))
  })
  await test('it answers each query of the dashboards, most of them with a value', async () => {
    const queries = panelQueries().flatMap(([, each]) => each)
    let empty: readonly string[] = []
    const answered = async (expr: string): Promise<boolean> => {
      const answer = await ask(`query?query=${encodeURIComponent(expr)}`)
      const result = answerSchema.safeParse(answer)
      assert.ok(result.success, `${expr}: ${JSON.stringify(answer)}`)
      return result.data.data.result.length > 0
    }
    // A rate needs two scrapes; a share, and what comes and goes, something that happened.
    await eventually(
      () => `an answer to nearly each; none to\n${empty.join('\n')}`,
      async () => {
        const answers = await Promise.all(queries.map(answered))
        empty = queries.filter((_, index) => answers[index] === false)
        return empty.length < 10
      },
      30_000,
    )
  })
}

const rulesFile = z.object({
  groups: z.array(
    z.object({
      rules: z.array(
        z.object({
          alert: z.string(),
          labels: z.object({ severity: z.enum(['page', 'morning']) }),
        }),
      ),
    }),
  ),
})
const dashboardSchema = z.object({
  panels: z.array(z.object({ targets: z.array(z.object({ expr: z.string() })).default([]) })),
})
const answerSchema = z.object({
  status: z.literal('success'),
  data: z.object({ result: z.array(z.unknown()) }),
})

/** As Grafana sends them: all copies chosen, and a rate over four scrapes and more. */
function panelQueries(): readonly (readonly [dashboard: string, queries: readonly string[]])[] {
  const folder = join(repository, 'deploy/grafana/dashboards')
  return readdirSync(folder).map((name) => {
    const { panels } = dashboardSchema.parse(JSON.parse(readFileSync(join(folder, name), 'utf8')))
    const queries = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr))
    const filled = queries.map((expr) =>
      expr.replaceAll('$instance', '.*').replaceAll('$__rate_interval', '1m'),
    )
    return [name, filled] as const
  })
}

const upSchema = z.object({
  data: z.object({ result: z.array(z.object({ value: z.tuple([z.number(), z.string()]) })) }),
})
const rulesSchema = z.object({
  data: z.object({
    groups: z.array(z.object({ rules: z.array(z.object({ health: z.string() })).min(1) })).min(5),
  }),
})
