import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import type { Database } from '../connection.ts'
import { isKey, linkOf, signatureFits, statementText } from './day-seal.ts'
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
})

/**
 * Compares what was published with what the database holds: a chain that was remade as a whole, with
 * the key, is found only here. Returns how many lines there were and what is wrong.
 */
export async function verifyPublished(
  database: Database,
  file: string,
): Promise<{ lines: number; problems: readonly string[] }> {
  const links = new Map((await loadSeals(database.sql)).map((seal) => [seal.day, linkOf(seal)]))
  const problems: string[] = []
  let lines = 0
  for await (const line of createInterface({ input: createReadStream(file) })) {
    if (line.trim() === '') continue
    lines += 1
    const problem = checkLine(line, links)
    if (problem !== null) problems.push(`${file}:${lines}: ${problem}`)
  }
  return { lines, problems }
}

function checkLine(line: string, links: ReadonlyMap<string, string>): string | null {
  const read = publishedSeal.safeParse(parsed(line))
  if (!read.success) return 'is not a published seal'
  const seal = read.data
  const fits = signatureFits(seal.publicPem, statementText(seal), seal.signature)
  if (!fits || !isKey(seal.publicPem, seal.keyId) || linkOf(seal) !== seal.link) {
    return `the signature of the published seal of ${seal.day} does not fit`
  }
  const held = links.get(seal.day)
  if (held === undefined) return `the seal of ${seal.day} was published and is missing here`
  return held === seal.link ? null : `the seal of ${seal.day} is not the one that was published`
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}
