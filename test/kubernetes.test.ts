import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { readConfig } from '#core/config.ts'
import { readResources, refusalOf } from './support/kubernetes.ts'
import type { Resource } from './support/kubernetes.ts'

const root = join(import.meta.dirname, '..')
const text = (path: string): string => readFileSync(join(root, path), 'utf8')
const base = globSync('deploy/kubernetes/base/*.yaml', { cwd: root }).filter(
  (file) => !file.endsWith('kustomization.yaml'),
)
const resources = base.flatMap((file) => readResources(text(file)))
const ofKind = (...kinds: readonly string[]): readonly Resource[] =>
  resources.filter(({ kind }) => kinds.includes(kind))

const probe = z.object({ httpGet: z.object({ path: z.string(), port: z.string() }) })
const labels = z.record(z.string(), z.string())
const workloadSchema = z.object({
  kind: z.string(),
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    replicas: z.number().default(1),
    template: z.object({
      metadata: z.object({ labels }),
      spec: z.looseObject({
        securityContext: z.object({ runAsNonRoot: z.literal(true) }),
        affinity: z.unknown().optional(),
        containers: z.array(
          z.looseObject({
            args: z.array(z.string()),
            ports: z.array(z.object({ name: z.string(), containerPort: z.number() })).default([]),
            securityContext: z.object({
              readOnlyRootFilesystem: z.literal(true),
              allowPrivilegeEscalation: z.literal(false),
              capabilities: z.object({ drop: z.tuple([z.literal('ALL')]) }),
            }),
            livenessProbe: probe.optional(),
            readinessProbe: probe.optional(),
          }),
        ),
      }),
    }),
  }),
})
const workloads = ofKind('Deployment', 'StatefulSet', 'Job').map((one) => workloadSchema.parse(one))
const serving = workloads.filter(({ kind }) => kind !== 'Job')

describe('the manifests for Kubernetes', () => {
  test('are each of them in kustomization.yaml', () => {
    const { resources: listed } = z
      .object({ resources: z.array(z.string()) })
      .parse(parse(text('deploy/kubernetes/base/kustomization.yaml')))
    expect(listed.toSorted()).toEqual(base.map((file) => file.split('/').at(-1) ?? '').toSorted())
  })

  test('are taken by the schemas of Kubernetes, CloudNativePG and the Prometheus operator', () => {
    expect(resources.length).toBeGreaterThan(20)
    expect(resources.map(refusalOf).filter((refusal) => refusal !== null)).toEqual([])
  })

  test('would not be, with a wrong value, a misspelt key or a kind that is none', () => {
    const [one] = readResources(text('deploy/kubernetes/base/migrate.yaml'))
    const spec = one?.['spec'] as object
    const changed = (change: object): string | null =>
      refusalOf({ ...one, spec: { ...spec, ...change } } as Resource)
    expect(changed({})).toBeNull()
    expect(changed({ backoffLimit: 'many' })).toContain('backoffLimit must be integer')
    expect(changed({ backofLimit: 3 })).toContain('nobody knows .spec.backofLimit')
    expect(refusalOf({ ...one, kind: 'Jobb' } as Resource)).toContain('there is no Jobb')
  })

  test('run each role twice, apart from each other, and one job that migrates', () => {
    const [roles, jobs] = [serving, workloads.filter(({ kind }) => kind === 'Job')].map((all) =>
      all.map(({ spec }) => spec.template.spec.containers[0]?.args.join(' ') ?? '').toSorted(),
    )
    expect(roles).toEqual(['start dns', 'start jobs', 'start portal', 'start radius'])
    expect(jobs).toEqual(['migrate'])
    for (const { spec } of serving) {
      expect(spec.replicas).toBe(2)
      expect(JSON.stringify(spec.template.spec.affinity)).toContain('requiredDuringScheduling')
    }
  })

  test('lead nobody away from a part because the database is away, and end no part for it', () => {
    for (const { spec, metadata } of serving) {
      const [container] = spec.template.spec.containers
      expect(container?.livenessProbe?.httpGet.path, metadata.name).toBe('/healthz')
      expect(container?.readinessProbe?.httpGet.path).toBe('/readyz?exclude=database')
    }
  })

  test('choose pods and ports that there are', () => {
    const pods = workloads.map(({ spec }) => ({
      labels: Object.entries(spec.template.metadata.labels),
      ports: spec.template.spec.containers.flatMap(({ ports }) => ports.map(({ name }) => name)),
    }))
    const chosen = (wanted: Readonly<Record<string, string>>): typeof pods =>
      pods.filter(({ labels: has }) =>
        Object.entries(wanted).every(([key, value]) =>
          has.some(([name, worth]) => name === key && worth === value),
        ),
      )
    const services = ofKind('Service').map((one) => serviceSchema.parse(one))
    expect(services.length).toBeGreaterThan(3)
    for (const { spec, metadata } of services) {
      const of = chosen(spec.selector)
      expect(of, metadata.name).toHaveLength(1)
      for (const { targetPort } of spec.ports) expect(of[0]?.ports).toContain(targetPort)
    }
    const budgets = ofKind('PodDisruptionBudget').map((one) => selectingSchema.parse(one))
    const budgeted = budgets.flatMap(({ spec }) => chosen(spec.selector.matchLabels))
    expect(new Set(budgeted).size).toBe(serving.length)
    const policies = ofKind('NetworkPolicy').map((one) => policySchema.parse(one))
    for (const { spec } of policies) expect(chosen(spec.podSelector.matchLabels)).not.toEqual([])
  })

  test('keep the addresses from which gateways and places come', () => {
    const outside = ofKind('Service')
      .map((one) => serviceSchema.parse(one))
      .filter(({ spec }) => spec.type === 'LoadBalancer')
    expect(outside.map(({ metadata }) => metadata.name)).toEqual(['accueil-dns', 'accueil-radius'])
    for (const { spec } of outside) expect(spec.externalTrafficPolicy).toBe('Local')
    expect(outside.at(-1)?.spec.sessionAffinity).toBe('ClientIP')
  })

  test('give settings that the program takes', () => {
    for (const [file] of [['base/settings.yaml'], ['example/settings.yaml']]) {
      const [map] = readResources(text(`deploy/kubernetes/${file}`))
      const { data } = z.object({ data: labels }).parse(map)
      const secrets = {
        DATABASE_URL: 'postgres://owner@accueil-db-rw/accueil',
        ACCUEIL_MASTER_KEY: '00'.repeat(32),
        ...('LDAP_URL' in data ? { LDAP_BIND_PASSWORD: 'x' } : {}),
      }
      expect(readConfig({ ...data, ...secrets })).toMatchObject({ ok: true })
    }
  })

  test('scale by metrics that the adapter makes of ours', () => {
    const { rules } = z
      .object({
        rules: z.object({
          custom: z.array(
            z.object({ seriesQuery: z.string(), name: z.object({ as: z.string() }) }),
          ),
        }),
      })
      .parse(parse(text('deploy/kubernetes/adapter-rules.yaml')))
    const asked = [
      ...JSON.stringify(ofKind('HorizontalPodAutoscaler')).matchAll(/"(accueil_\w+)"/g),
    ]
    expect(asked.map(([, name = '']) => name).toSorted()).toEqual(
      rules.custom.map(({ name }) => name.as).toSorted(),
    )
    for (const { seriesQuery } of rules.custom) {
      expect(text('docs/metrics.md')).toContain(`\`${/^\w+/.exec(seriesQuery)?.[0]}{`)
    }
  })
})

const selectingSchema = z.object({
  spec: z.object({ selector: z.object({ matchLabels: labels }) }),
})
const policySchema = z.object({
  spec: z.object({ podSelector: z.object({ matchLabels: labels }) }),
})
const serviceSchema = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    selector: labels,
    type: z.string().optional(),
    externalTrafficPolicy: z.string().optional(),
    sessionAffinity: z.string().optional(),
    ports: z.array(z.object({ targetPort: z.string() })),
  }),
})
