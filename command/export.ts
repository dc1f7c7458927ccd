import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { exportHouse } from '#db/declaration/export/house.ts'
import { cliActor } from './apply.ts'
import { requireMigrated, requireOwner, withHouse } from './house.ts'
import { UsageError } from './run.ts'
import { writeOut } from './write-out.ts'

// Secrets are sealed, and all the same it is nobody else's to read.
const ONLY_OWNER = { file: 0o600, folder: 0o700 } as const

/** `export`: the house as `apply` takes it, into a folder, one file, or where the output goes. */
export async function runExport(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      out: { type: 'string' },
      secrets: { type: 'boolean', default: false },
      reason: { type: 'string' },
    },
  })
  const { out, reason = '' } = values
  if (values.secrets && reason.trim() === '') {
    throw new UsageError('--secrets writes every secret of the house in clear: say --reason TEXT')
  }
  const isFolder = out !== undefined && !/\.ya?ml$/i.test(out)
  const { yaml, files } = await withHouse('export', async ({ database, seal }) => {
    await requireMigrated(database)
    await requireOwner(database)
    return exportHouse(database, seal, {
      secrets: values.secrets ? 'clear' : 'sealed',
      beside: isFolder,
      actor: cliActor(),
      reason: reason.trim() === '' ? null : reason.trim(),
    })
  })
  if (out === undefined) {
    await writeOut([yaml])
    return 0
  }
  const file = isFolder ? join(out, 'house.yaml') : out
  for (const [name, bytes] of [...files, [file, Buffer.from(yaml)] as const]) {
    const path = name === file ? file : join(out, name)
    mkdirSync(dirname(path), { recursive: true, mode: ONLY_OWNER.folder })
    // Made anew: with the rights that it is to have, whatever was there.
    rmSync(path, { force: true })
    writeFileSync(path, bytes, { mode: ONLY_OWNER.file })
  }
  console.log(
    `Written to ${file}${files.size === 0 ? '' : `, with ${files.size} files beside it`}.`,
  )
  return 0
}
