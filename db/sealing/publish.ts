import { open } from 'node:fs/promises'
import { reasonOf } from '#core/error.ts'
import type { Database } from '../connection.ts'
import { linkOf } from './day-seal.ts'
import type { DaySeal } from './day-seal.ts'
import { loadPublicKeys } from './sealing-key.ts'
import { loadSeals } from './seals.ts'

export interface PublishTarget {
  readonly kind: 'file' | 'url'
  readonly target: string
}

const WEBHOOK_TIMEOUT_MS = 10_000

function loadPublishTargets(database: Database): Promise<readonly PublishTarget[]> {
  return database.sql<PublishTarget[]>`
    select kind, target from house.publish_target order by kind, target`
}

/** A seal as it leaves the house: one line of JSON that can be checked without us. */
function publishedLine(seal: DaySeal, publicPem: string): string {
  const { day, connections, formerAddresses, amendments, digest, leaves, previous } = seal
  const { keyId, sealedAt, signature } = seal
  return JSON.stringify({
    ...{ day, connections, formerAddresses, amendments, digest, leaves, previous },
    ...{ keyId, sealedAt: sealedAt.toISOString(), signature, link: linkOf(seal), publicPem },
  })
}

export interface PublishFailure {
  readonly target: string
  readonly reason: string
  readonly day: string
  readonly sealedAt: Date
}

export interface PublishOutcome {
  readonly published: number
  /** The places that did not take them: the first seal that waits for each. */
  readonly failures: readonly PublishFailure[]
}

/** Brings each seal to each target that does not have it, oldest first; never one before another. */
export async function publishSeals(database: Database): Promise<PublishOutcome> {
  const seals = await loadSeals(database.sql)
  const keys = await loadPublicKeys(database)
  const failures: PublishFailure[] = []
  let published = 0
  for (const target of await loadPublishTargets(database)) {
    const rows = await database.sql<{ day: string }[]>`
      select day::text as day from log.seal_published where target = ${target.target}`
    const there = new Set(rows.map(({ day }) => day))
    for (const seal of seals.filter(({ day }) => !there.has(day))) {
      try {
        await publish(target, publishedLine(seal, keys.get(seal.keyId) ?? ''))
      } catch (thrown) {
        const { day, sealedAt } = seal
        failures.push({ target: target.target, reason: reasonOf(thrown), day, sealedAt })
        break
      }
      await database.sql`
        insert into log.seal_published (day, target) values (${seal.day}, ${target.target})
        on conflict do nothing`
      published += 1
    }
  }
  return { published, failures }
}

async function publish({ kind, target }: PublishTarget, line: string): Promise<void> {
  if (kind === 'url') return post(target, line)
  const file = await open(target, 'a', 0o644)
  try {
    await file.write(`${line}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
}

async function post(url: string, body: string): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    // A redirect could lead the seals to where nobody declared.
    redirect: 'error',
    signal: AbortSignal.timeout(WEBHOOK_TIMEOUT_MS),
  })
  await response.body?.cancel()
  if (!response.ok) throw new Error(`it answered ${response.status}`)
}
