import { Cluster } from '@kubernetes-models/cloudnative-pg/postgresql.cnpg.io/v1/Cluster'
import { ScheduledBackup } from '@kubernetes-models/cloudnative-pg/postgresql.cnpg.io/v1/ScheduledBackup'
import { PodMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PodMonitor'
import { Deployment } from 'kubernetes-models/apps/v1/Deployment'
import { StatefulSet } from 'kubernetes-models/apps/v1/StatefulSet'
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler'
import { Job } from 'kubernetes-models/batch/v1/Job'
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy'
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget'
import { ConfigMap } from 'kubernetes-models/v1/ConfigMap'
import { Service } from 'kubernetes-models/v1/Service'
import { parseAllDocuments } from 'yaml'
import { z } from 'zod'

/** The models of what we use, made from the OpenAPI of Kubernetes and the CRDs of the operators. */
const GROUPS: Readonly<Record<string, object>> = {
  'apps/v1': { Deployment, StatefulSet },
  'autoscaling/v2': { HorizontalPodAutoscaler },
  'batch/v1': { Job },
  'monitoring.coreos.com/v1': { PodMonitor },
  'networking.k8s.io/v1': { NetworkPolicy },
  'policy/v1': { PodDisruptionBudget },
  'postgresql.cnpg.io/v1': { Cluster, ScheduledBackup },
  v1: { ConfigMap, Service },
}

const resourceSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional() }),
})
export type Resource = z.infer<typeof resourceSchema>

export function readResources(text: string): readonly Resource[] {
  return parseAllDocuments(text).map((one) => resourceSchema.parse(one.toJS()))
}

/** What an API server would refuse in it; null where it would take it. */
export function refusalOf(resource: Resource): string | null {
  const { apiVersion, kind, metadata } = resource
  const name = `${kind} ${metadata.name}`
  const group = GROUPS[apiVersion] ?? {}
  const model: unknown = Object.entries(group).find(([key]) => key === kind)?.[1]
  if (typeof model !== 'function') return `${name}: there is no ${kind} here in ${apiVersion}`
  const { watched, unread } = watch(resource)
  try {
    // On what was read, not on a copy of it: the schemas are to look at every key themselves.
    const { validate } = model.prototype as { validate: (this: object) => void }
    validate.call(watched)
  } catch (thrown) {
    return `${name}: ${thrown instanceof Error ? thrown.message : String(thrown)}`
  }
  // The schemas let pass what they do not know, and an API server drops it: a misspelt key does nothing.
  const [unknown] = unread()
  return unknown === undefined ? null : `${name}: nobody knows ${unknown}`
}

/** The value, and the paths in it that nobody has looked at so far. */
function watch(value: object): {
  readonly watched: object
  readonly unread: () => readonly string[]
} {
  const unreadPaths = new Set<string>()
  const wrap = (one: unknown, path: string): unknown => {
    if (typeof one !== 'object' || one === null) return one
    const wrapped = new Map<string, unknown>()
    for (const [key, inner] of Object.entries(one)) {
      unreadPaths.add(`${path}.${key}`)
      wrapped.set(key, wrap(inner, `${path}.${key}`))
    }
    return new Proxy(one, {
      get(target, key, receiver) {
        if (typeof key !== 'string' || !wrapped.has(key))
          return Reflect.get(target, key, receiver) as unknown
        unreadPaths.delete(`${path}.${key}`)
        return wrapped.get(key)
      },
    })
  }
  return { watched: wrap(value, '') as object, unread: () => [...unreadPaths] }
}
