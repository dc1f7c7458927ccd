import { AppError } from '#core/error.ts'
import type { Seal } from '#core/seal.ts'
import type { Database } from './connection.ts'
import type { Job } from './jobs.ts'
import { signBytes } from './sealing/day-seal.ts'
import { getOrCreateSealingKey } from './sealing/sealing-key.ts'
import { jobPart } from './job-lines.ts'

/** Where the chain of the audit stood at some time. */
export interface Anchor {
  /** How many lines there had been. */
  readonly n: number
  /** Hex. */
  readonly hash: string
  readonly madeAt: Date
  /** The lines up to this one have lived their time. */
  readonly isCut: boolean
}

const EVERY_MS = 60_000
const AT_ONCE = 5_000

/** Links what is new, and signs once a day, and at each cut, where the chain stands. */
export function auditChainJob(database: Database, seal: Seal): Job {
  return {
    name: 'audit-chain',
    everyMs: EVERY_MS,
    async run() {
      const linked = await linkAuditLines(database)
      const signed = await signAnchors(database, seal)
      return jobPart('linesLinked', { lines: linked, anchors: signed })
    },
  }
}

/** Makes links of the lines that are not yet; returns how many those were. */
export async function linkAuditLines({ sql }: Pick<Database, 'sql'>): Promise<number> {
  let linked = 0
  for (;;) {
    const [row] = await sql<{ lines: number }[]>`select audit.link_new_lines(${AT_ONCE}) as lines`
    linked += row?.lines ?? 0
    if ((row?.lines ?? 0) < AT_ONCE) return linked
  }
}

/** The text that is signed: one fact a line, in this order, each line ended by a line feed. */
export function anchorText({ n, hash, madeAt, isCut }: Anchor): string {
  return [
    'accueil audit anchor 1',
    `lines ${n}`,
    `sha256 ${hash}`,
    `cut ${isCut ? 'yes' : 'no'}`,
    `made-at ${madeAt.toISOString()}`,
    '',
  ].join('\n')
}

async function signAnchors(database: Database, seal: Seal): Promise<number> {
  const { sql } = database
  await sql`
    insert into audit.anchor (n, hash) select h.n, h.hash from audit.head() h
    where not exists (
      select from audit.anchor a where a.made_at >= date_trunc('day', now(), 'UTC'))
    on conflict (n) do nothing`
  const unsigned = await sql<(Omit<Anchor, 'n'> & { n: string })[]>`
    select n, encode(hash, 'hex') as hash, made_at as "madeAt", is_cut as "isCut"
    from audit.anchor where signature is null order by n`
  if (unsigned.length === 0) return 0
  const key = await getOrCreateSealingKey(database, seal)
  for (const { n, ...anchor } of unsigned) {
    const signature = signBytes(key.privatePem, anchorText({ ...anchor, n: Number(n) }))
    await sql`update audit.anchor set key_id = ${key.id}, signature = ${signature} where n = ${n}`
  }
  return unsigned.length
}

/** `12:ab…`: a head that somebody wrote down elsewhere. */
export function readHead(text: string): { readonly n: number; readonly hash: string } {
  const [, n = '', hash = ''] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text.trim().toLowerCase()) ?? []
  if (hash !== '') return { n: Number(n), hash }
  throw new AppError('audit', `"${text}" is not a head of the audit, as audit verify prints it`)
}
