import { open } from 'node:fs/promises'
import { reasonOf } from '#core/error.ts'
import type { Database } from '../connection.ts'
import { loadChain, sealsOf } from './chain.ts'
import type { ChainLink } from './chain.ts'
import { linkOf } from './day-seal.ts'
import type { DaySeal } from './day-seal.ts'
import { publishedChange } from './published-change.ts'
import type { PublishedKeyChange } from './published-change.ts'
import { loadPublicKeys } from './sealing-key.ts'

export interface PublishTarget {
  readonly kind: 'file' | 'url'
  readonly target: string
}

const WEBHOOK_TIMEOUT_MS = 10_000

function loadPublishTargets(database: Database): Promise<readonly PublishTarget[]> {
  return database.sql<PublishTarget[]>`
    select kind, target from house.publish_target order by kind, target`
}

/**
 * A seal as it leaves the house: one line of JSON that can be checked without us. Changes of the key
 * that stand before it in the chain go with it.
 */
function publishedLine(
  seal: DaySeal,
  publicPem: string,
  keyChanges: readonly PublishedKeyChange[],
): string {
  const { day, connections, formerAddresses, amendments, digest, leaves, previous } = seal
  const { keyId, sealedAt, signature } = seal
  return JSON.stringify({
    ...{ day, connections, formerAddresses, amendments, digest, leaves, previous },
    ...{ keyId, sealedAt: sealedAt.toISOString(), signature, link: linkOf(seal), publicPem },
    ...(keyChanges.length === 0 ? {} : { keyChanges }),
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
  const chain = await loadChain(database.sql)
  const seals = sealsOf(chain)
  const keys = await loadPublicKeys(database.sql)
  const failures: PublishFailure[] = []
  let published = 0
  for (const target of await loadPublishTargets(database)) {
    const rows = await database.sql<{ day: string }[]>`
      select day::text as day from log.seal_published where target = ${target.target}`
    const there = new Set(rows.map(({ day }) => day))
    for (const seal of seals.filter(({ day }) => !there.has(day))) {
      try {
        await publish(
          target,
          publishedLine(seal, keys.get(seal.keyId) ?? '', changesBefore(chain, seal, keys)),
        )
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

function changesBefore(
  chain: readonly ChainLink[],
  seal: DaySeal,
  keys: ReadonlyMap<string, string>,
): readonly PublishedKeyChange[] {
  const at = chain.findIndex((link) => link.kind === 'seal' && link.seal.day === seal.day)
  const since = chain.slice(0, at).findLastIndex((link) => link.kind === 'seal')
  return chain
    .slice(since + 1, at)
    .flatMap((link) => (link.kind === 'change' ? [publishedChange(link.change, keys)] : []))
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
