import { createHash } from 'node:crypto'
import type { Database } from './connection.ts'
import { anchorText } from './audit-chain.ts'
import type { Anchor } from './audit-chain.ts'
import { signatureFits } from './sealing/day-seal.ts'
import { loadPublicKeys } from './sealing/sealing-key.ts'

/** The first thing that is not as it was written. */
export interface ChainBreak {
  readonly what: 'changed' | 'added' | 'missing' | 'anchor'
  /** Its place in the chain. */
  readonly n: number
  /** The line's number in the audit; null for one that is not there. */
  readonly id: string | null
  readonly reason: string
}

export interface ChainCheck {
  readonly lines: number
  /** Null for an audit without a line. */
  readonly head: { readonly n: number; readonly hash: string } | null
  readonly broken: ChainBreak | null
}

interface Link {
  readonly n: number
  readonly id: string
  readonly at: Date
  readonly hash: Buffer
  readonly digest: Buffer
}

interface SignedAnchor extends Anchor {
  readonly keyId: string | null
  readonly signature: string | null
}

const PAGE = 5_000
/** A line is written within a minute, and linked within two: an earlier date than an anchor's is made up. */
const SLACK_MS = 3_600_000
const FIRST = Buffer.alloc(32)

/** Follows the chain from its first line that is kept; `known` is a head that was written down elsewhere. */
export async function checkAuditChain(
  database: Pick<Database, 'sql'>,
  now: number,
  known: { readonly n: number; readonly hash: string } | null = null,
): Promise<ChainCheck> {
  const anchors = await loadAnchors(database)
  const bad = await badAnchor(database, anchors, now)
  if (bad !== null) return { lines: 0, head: null, broken: bad }
  const cut = anchors.findLast(({ isCut }) => isCut)
  const expected = new Map(anchors.map(({ n, hash }) => [n, hash]))
  if (known !== null) expected.set(known.n, known.hash)
  const walk = createWalk(cut, anchors, expected)
  for await (const link of linksAfter(database, cut?.n ?? 0)) {
    if (walk.take(link)) break
  }
  return walk.end(known)
}

function createWalk(
  cut: Anchor | undefined,
  anchors: readonly Anchor[],
  expected: ReadonlyMap<number, string>,
) {
  let n = cut?.n ?? 0
  let hash: Uint8Array = cut === undefined ? FIRST : Buffer.from(cut.hash, 'hex')
  let lines = 0
  let doubted: Link | null = null
  let broken: ChainBreak | null = null
  const find = (what: ChainBreak['what'], link: Link, reason: string): true => {
    broken = { what, n: link.n, id: link.id, reason }
    return true
  }
  const judge = (link: Link, next: Link | null): true =>
    next !== null && follows(hash, next)
      ? find('added', link, 'the line after it follows the one before it')
      : find('changed', link, 'it does not follow the line before it, or one between them is gone')
  return {
    /** True: the rest need not be looked at. */
    take(link: Link): boolean {
      if (doubted !== null) return judge(doubted, link)
      if (link.n !== n + 1) {
        broken = { what: 'missing', n: n + 1, id: null, reason: `the next is ${link.n}` }
        return true
      }
      if (!follows(hash, link)) {
        doubted = link
        return false
      }
      const anchored = expected.get(link.n)
      if (anchored !== undefined && anchored !== link.hash.toString('hex')) {
        return find('changed', link, 'the chain up to it was another one when it was anchored')
      }
      const before = anchors.findLast((anchor) => !anchor.isCut && anchor.n < link.n)
      if (before !== undefined && link.at.getTime() < before.madeAt.getTime() - SLACK_MS) {
        return find('added', link, 'it is dated before an anchor that does not have it')
      }
      n = link.n
      hash = link.hash
      lines += 1
      return false
    },
    end(known: { readonly n: number } | null): ChainCheck {
      if (broken === null && doubted !== null) judge(doubted, null)
      const last = Math.max(known?.n ?? 0, ...anchors.map((anchor) => anchor.n))
      if (broken === null && last > n) {
        broken = { what: 'missing', n: n + 1, id: null, reason: `there were ${last} lines once` }
      }
      const head = n === 0 ? null : { n, hash: Buffer.from(hash).toString('hex') }
      return { lines, head, broken }
    },
  }
}

function follows(before: Uint8Array, { digest, hash }: Link): boolean {
  return createHash('sha256').update(before).update(digest).digest().equals(hash)
}

async function* linksAfter(
  { sql }: Pick<Database, 'sql'>,
  first: number,
): AsyncGenerator<Link, void> {
  let after = first
  for (;;) {
    const page = await sql<(Omit<Link, 'n'> & { n: string })[]>`
      select n, id::text, at, hash, digest from audit.chain_page(${after}, ${PAGE})`
    for (const { n, ...link } of page) {
      after = Number(n)
      yield { ...link, n: after }
    }
    if (page.length < PAGE) return
  }
}

async function loadAnchors({ sql }: Pick<Database, 'sql'>): Promise<readonly SignedAnchor[]> {
  const rows = await sql<(Omit<SignedAnchor, 'n'> & { n: string })[]>`
    select n, encode(hash, 'hex') as hash, made_at as "madeAt", is_cut as "isCut",
           key_id as "keyId", signature
    from audit.anchor order by audit.anchor.n`
  return rows.map(({ n, ...anchor }) => ({ ...anchor, n: Number(n) }))
}

/** The first that was not signed by a key of ours as it stands. One that is new may wait for the job. */
async function badAnchor(
  { sql }: Pick<Database, 'sql'>,
  anchors: readonly SignedAnchor[],
  now: number,
): Promise<ChainBreak | null> {
  const keys = await loadPublicKeys(sql)
  for (const anchor of anchors) {
    const { n, keyId, signature, madeAt } = anchor
    if (signature === null) {
      if (madeAt.getTime() > now - SLACK_MS) continue
      return { what: 'anchor', n, id: null, reason: 'it is not signed; the role jobs does that' }
    }
    const key = keys.get(keyId ?? '')
    if (key !== undefined && signatureFits(key, anchorText(anchor), signature)) continue
    return { what: 'anchor', n, id: null, reason: 'its signature does not fit what it says' }
  }
  return null
}
