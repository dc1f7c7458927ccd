import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import type { Database } from '../connection.ts'
import { checkChain } from './check-chain.ts'
import { hashOf } from './chain.ts'
import type { ChainLink } from './chain.ts'
import { isKey, linkOf, signatureFits, statementText } from './day-seal.ts'
import { keysOf, publishedChangeSchema } from './published-change.ts'
import { loadSeals } from './seals.ts'

const hex = z.string().regex(/^[0-9a-f]{64}$/)
const count = z.int().min(0)

const publishedSeal = z.object({
  ...{ day: z.iso.date(), connections: count, formerAddresses: count, amendments: count },
  ...{ digest: hex, leaves: hex, previous: hex, link: hex },
  keyId: z.string(),
  sealedAt: z.iso.datetime().transform((text) => new Date(text)),
  signature: z.string(),
  publicPem: z.string(),
  keyChanges: z.array(publishedChangeSchema).max(64).default([]),
})

type PublishedSeal = z.output<typeof publishedSeal>

export interface PublishedReport {
  readonly lines: number
  readonly problems: readonly string[]
  /** What the checker must know of the keys, though it is in order. */
  readonly notes: readonly string[]
  /** What is missing behind its end cannot be seen in the file itself: how far it goes. */
  readonly reach: { readonly from: string; readonly to: string; readonly head: string } | null
}

/**
 * Checks what was published, each signature and each link, and compares it with what the database holds:
 * a chain that was remade as a whole, with the key, is found only here. Without a database the file is
 * checked by itself. With `pinnedKey` each seal must come from that key, or from one that it vouches for.
 */
export async function verifyPublished(
  database: Database | null,
  file: string,
  pinnedKey: string | null,
): Promise<PublishedReport> {
  const links = database === null ? null : await loadLinks(database)
  const problems: string[] = []
  const seals: PublishedSeal[] = []
  const inOrder = new Set<string>()
  let lines = 0
  for await (const line of createInterface({ input: createReadStream(file) })) {
    if (line.trim() === '') continue
    lines += 1
    const read = publishedSeal.safeParse(parsed(line))
    if (read.success) seals.push(read.data)
    const problem = read.success ? checkLine(read.data, links) : 'is not a published seal'
    if (problem !== null) problems.push(`${file}:${lines}: ${problem}`)
    else if (read.success) inOrder.add(read.data.day)
  }
  if (lines === 0) problems.push(`${file} holds no seal`)
  const check = checkPublishedChain(seals, inOrder, pinnedKey)
  for (const problem of check.problems) problems.push(`${file}: ${problem}`)
  const last = seals.at(-1)
  const reach =
    last === undefined ? null : { from: seals[0]?.day ?? '', to: last.day, head: last.link }
  return { lines, problems, notes: check.notes, reach }
}

async function loadLinks({ sql }: Database): Promise<ReadonlyMap<string, string>> {
  return new Map((await loadSeals(sql)).map((seal) => [seal.day, linkOf(seal)]))
}

/** `links`: of the database's seals, by day; null: there is none to compare with. */
function checkLine(seal: PublishedSeal, links: ReadonlyMap<string, string> | null): string | null {
  const fits = signatureFits(seal.publicPem, statementText(seal), seal.signature)
  if (!fits || !isKey(seal.publicPem, seal.keyId) || linkOf(seal) !== seal.link) {
    return `the signature of the published seal of ${seal.day} does not fit`
  }
  if (links === null) return null
  const held = links.get(seal.day)
  if (held === undefined) return `the seal of ${seal.day} was published and is missing here`
  return held === seal.link ? null : `the seal of ${seal.day} is not the one that was published`
}

/** The keys: one that only appears, without the one before handing over, is what a forger has. */
function checkPublishedChain(
  seals: readonly PublishedSeal[],
  days: ReadonlySet<string>,
  pinnedKey: string | null,
): Pick<PublishedReport, 'problems' | 'notes'> {
  const chain: ChainLink[] = []
  const known = new Set<string>()
  for (const seal of seals) {
    const changes = seal.keyChanges.map((change) => ({ kind: 'change' as const, change }))
    for (const link of [...changes, { kind: 'seal' as const, seal }]) {
      // A place that was told twice has the same line twice.
      const hash = hashOf(link)
      if (!known.has(hash)) chain.push(link)
      known.add(hash)
    }
  }
  const keys = new Map([
    ...seals.map(({ keyId, publicPem }) => [keyId, publicPem] as const),
    ...keysOf(seals.flatMap(({ keyChanges }) => keyChanges)),
  ])
  const check = checkChain(chain, { keys, pinnedKey, days, mayBeginLater: true })
  return {
    problems: [...new Set([...[...check.seals.values()].flat(), ...check.changes])],
    notes: check.notes,
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}
