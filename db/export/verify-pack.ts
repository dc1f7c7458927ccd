import { createHash } from 'node:crypto'
import { z } from 'zod'
import { AppError, reasonOf } from '#core/error.ts'
import { isKey, signatureFits } from '../sealing/day-seal.ts'
import { passageOf } from '../sealing/key-change.ts'
import { keysOf, publishedChangeSchema } from '../sealing/published-change.ts'
import { MANIFEST, PACK_FORMAT, SIGNATURE } from './pack.ts'
import { listZip, readZipEntry } from './zip.ts'
import type { ZipEntry } from './zip.ts'

const MOST_MANIFEST_BYTES = 65_536

const manifestSchema = z.object({
  format: z.literal(PACK_FORMAT),
  ...{ organisation: z.string(), case: z.string(), rows: z.int().min(0) },
  ...{ madeAt: z.string(), requestedBy: z.string(), approvedBy: z.string() },
  files: z.array(z.object({ name: z.string(), bytes: z.int().min(0), sha256: z.string() })).max(32),
  chain: z.object({ day: z.string(), link: z.string() }).nullable(),
  key: z.object({
    ...{ id: z.string(), algorithm: z.literal('Ed25519'), publicPem: z.string() },
    changes: z.array(publishedChangeSchema).max(64).default([]),
  }),
})

export type PackManifest = z.output<typeof manifestSchema>

export interface PackReport {
  /** Null when it cannot be read. What it says counts only if there are no problems. */
  readonly manifest: PackManifest | null
  readonly problems: readonly string[]
  /** How the key given led to the one that signed. */
  readonly notes: readonly string[]
}

/**
 * Checks a pack by itself. Without `pinnedKey` (a public key in PEM) the pack's own key is used: it
 * shows that the pack is whole, and who made it only to who knows that key.
 */
export async function verifyPack(path: string, pinnedKey: string | null): Promise<PackReport> {
  const entries = new Map((await listZip(path)).map((entry) => [entry.name, entry]))
  const problems: string[] = []
  const bytes = await readSmall(path, entries.get(MANIFEST), problems, MANIFEST)
  const signature = await readSmall(path, entries.get(SIGNATURE), problems, SIGNATURE)
  const read = manifestSchema.safeParse(parsed(bytes))
  if (!read.success)
    return { manifest: null, problems: [...problems, `${MANIFEST} is not a manifest`], notes: [] }
  const manifest = read.data
  const notes: string[] = []
  problems.push(...checkKey(manifest, bytes, signature.toString('utf8').trim(), pinnedKey, notes))
  for (const file of manifest.files) {
    const entry = entries.get(file.name)
    const problem =
      entry === undefined ? `${file.name} is missing` : await checkFile(path, entry, file)
    if (problem !== null) problems.push(problem)
  }
  const known = new Set([MANIFEST, SIGNATURE, ...manifest.files.map(({ name }) => name)])
  for (const name of entries.keys()) {
    if (!known.has(name)) problems.push(`${name} is not named in ${MANIFEST}: it was added`)
  }
  return { manifest, problems, notes }
}

function checkKey(
  manifest: PackManifest,
  bytes: Buffer,
  signature: string,
  pinnedKey: string | null,
  notes: string[],
): readonly string[] {
  const { id, publicPem, changes } = manifest.key
  if (!signatureFits(publicPem, bytes, signature) || !isKey(publicPem, id)) {
    return [`the signature of ${MANIFEST} does not fit: it was changed or signed by another`]
  }
  if (pinnedKey === null || isKey(pinnedKey, id)) return []
  const from = changes.findIndex((change) => isKey(pinnedKey, change.from))
  if (from < 0) return [`the pack is signed with the key ${id}, which is not the one given`]
  const keys = keysOf(changes)
  let reached = changes[from]?.from
  for (const change of changes.slice(from)) {
    const name = `${change.from} to ${change.to} of ${change.at.toISOString()}`
    const passage = passageOf(change, keys)
    if (passage === 'break') {
      return [
        `break: the change of the key ${name} is not signed by the old one (${change.reason ?? 'no reason'}), so the key given says nothing of this pack`,
      ]
    }
    if (passage === 'forged' || change.from !== reached) {
      return [`the change of the key ${name} was forged: the key given does not lead to this pack`]
    }
    notes.push(`the key ${change.from} handed over to ${change.to} on ${change.at.toISOString()}`)
    reached = change.to
  }
  return reached === id ? [] : [`the pack is signed with the key ${id}, to which none handed over`]
}

async function checkFile(
  path: string,
  entry: ZipEntry,
  file: PackManifest['files'][number],
): Promise<string | null> {
  const hash = createHash('sha256')
  try {
    for await (const chunk of readZipEntry(path, entry)) hash.update(chunk)
  } catch (thrown) {
    return reasonOf(thrown)
  }
  const same = hash.digest('hex') === file.sha256 && entry.size === file.bytes
  return same ? null : `${file.name} is not the file that was signed`
}

async function readSmall(
  path: string,
  entry: ZipEntry | undefined,
  problems: string[],
  name: string,
): Promise<Buffer> {
  if (entry === undefined) {
    problems.push(`${name} is missing`)
    return Buffer.alloc(0)
  }
  try {
    if (entry.size > MOST_MANIFEST_BYTES) throw new AppError('pack', `${name} is too large`)
    const chunks: Buffer[] = []
    for await (const chunk of readZipEntry(path, entry)) chunks.push(chunk)
    return Buffer.concat(chunks)
  } catch (thrown) {
    problems.push(reasonOf(thrown))
    return Buffer.alloc(0)
  }
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return null
  }
}
