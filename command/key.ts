import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text as textOf } from 'node:stream/consumers'
import { parseArgs } from 'node:util'
import { AppError, reasonOf } from '#core/error.ts'
import { MOST_SHARES, joinShares, markOf, readShare, splitKey } from '#core/key-share.ts'
import type { KeyShare } from '#core/key-share.ts'
import { writeAudit } from '#db/audit.ts'
import { loadOrganisation } from '#db/organisation.ts'
import { cliActor } from './apply.ts'
import { knownMasterKey, requireMigrated, requireOwner, withHouse } from './house.ts'
import { keyShareLetter } from './key-share-letter.ts'
import { UsageError } from './run.ts'

const text = { type: 'string' } as const

export async function runKeySplit(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { shares: text, threshold: text, out: text, reason: text },
  })
  const { out = '', reason = '' } = values
  const total = requireNumber(values.shares, '--shares', 2, MOST_SHARES)
  const threshold = requireNumber(values.threshold, '--threshold', 2, total)
  if (out === '') throw new UsageError('give --out FOLDER, where the sheets are written')
  if (reason === '') throw new UsageError('say why with --reason: it stands in the audit')
  return withHouse('key split', async ({ config, database }) => {
    await requireMigrated(database)
    await requireOwner(database)
    const key = knownMasterKey(config)
    if (key === null) throw new AppError('master-key', 'there is no master key yet')
    const organisation = (await loadOrganisation(database))?.name ?? 'Accueil'
    const shares = await splitKey(key, total, threshold)
    const files = writeSheets(shares, organisation, out)
    await writeAudit(database.kysely, {
      ...{ actor: cliActor(), action: 'key.split', subject: `key ${markOf(key)}`, reason },
      details: { shares: total, threshold, splitting: shares[0]?.splitting ?? '' },
    })
    for (const file of files) console.log(file)
    console.log(
      `Key ${markOf(key)}: any ${threshold} of these ${total} make it again. Print each, give it to one person, and delete the files.`,
    )
    return 0
  })
}

export async function runKeyJoin(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { out: text },
    allowPositionals: true,
  })
  const shares = positionals.length > 0 ? positionals.flatMap(sharesOfFile) : await sharesTyped()
  const key = await joinShares(shares)
  if ('problem' in key) throw new AppError('key-share', key.problem)
  const hex = Buffer.from(key).toString('hex')
  if (values.out === undefined) console.log(hex)
  else writeNew(values.out, `${hex}\n`)
  console.error(
    `This is key ${markOf(key)}. Give it as ACCUEIL_MASTER_KEY, or as master.key in the data folder; npx accueil doctor says whether it opens the secrets.`,
  )
  return 0
}

function requireNumber(
  given: string | undefined,
  option: string,
  least: number,
  most: number,
): number {
  const number = Number(given)
  if (Number.isInteger(number) && number >= least && number <= most) return number
  throw new UsageError(`${option} takes a number from ${least} to ${most}`)
}

/** All or none: half a splitting is of no use, and in somebody's way. */
function writeSheets(
  shares: readonly KeyShare[],
  organisation: string,
  folder: string,
): readonly string[] {
  const day = new Date().toISOString().slice(0, 10)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const written: string[] = []
  try {
    for (const share of shares) {
      const file = join(folder, `share-${share.number}-of-${share.total}.txt`)
      writeNew(file, keyShareLetter(share, organisation, day))
      written.push(file)
    }
  } catch (thrown) {
    for (const file of written) rmSync(file)
    throw thrown
  }
  return written
}

function writeNew(file: string, content: string): void {
  if (existsSync(file)) throw new AppError('key-file', `${file} is there already; give another`)
  writeFileSync(file, content, { mode: 0o600, flag: 'wx' })
}

/** A sheet: its groups may stand in several lines, what begins with # is for people. */
function sharesOfFile(file: string): readonly KeyShare[] {
  try {
    return sharesOf(readFileSync(file, 'utf8'), file)
  } catch (thrown) {
    if (thrown instanceof AppError) throw thrown
    throw new AppError('key-share', `${file} cannot be read: ${reasonOf(thrown)}`)
  }
}

async function sharesTyped(): Promise<readonly KeyShare[]> {
  if (process.stdin.isTTY) {
    console.error('Type the shares, an empty line after each, and Ctrl-D at the end.')
  }
  return sharesOf(await textOf(process.stdin), 'what was typed')
}

/** Sheets one after the other: an empty line, or a line for people, ends each. */
function sharesOf(content: string, where: string): readonly KeyShare[] {
  const blocks = content
    .replaceAll(/^#.*$/gm, '')
    .split(/\n\s*\n/)
    .map((block) => block.trim())
    .filter((block) => block !== '')
  if (blocks.length === 0) throw new AppError('key-share', `${where}: there is no share in it`)
  return blocks.map((block, i) => {
    const share = readShare(block)
    if (!('problem' in share)) return share
    const which = blocks.length === 1 ? '' : `, share ${i + 1}`
    throw new AppError('key-share', `${where}${which}: ${share.problem}; look at the sheet again`)
  })
}
