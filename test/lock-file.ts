import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * `npm ci` refuses a lock that lacks an entry for any optional platform package, also of platforms
 * that this is not; `npm install` leaves out those that its registry does not have. Run with
 * `--write` after an `npm install`: each missing one gets an entry that names its platform.
 */
interface Entry {
  readonly dev?: boolean
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const SYSTEMS = new Set(
  'aix android darwin freebsd linux netbsd openbsd openharmony sunos win32'.split(' '),
)
const PROCESSORS = new Set('arm arm64 ia32 loong64 ppc64 riscv64 s390x wasm32 x64'.split(' '))

const file = join(import.meta.dirname, '..', 'package-lock.json')
const lock = JSON.parse(readFileSync(file, 'utf8')) as { packages: Record<string, Entry> }
const missing = Object.entries(lock.packages).flatMap(([path, entry]) =>
  Object.entries(entry.optionalDependencies ?? {})
    .filter(([name]) => !isLocked(name, path))
    .map(([name, version]) => [name, entryFor(name, version, entry)] as const),
)

if (missing.length === 0) console.log('The lock has an entry for every optional package.')
else if (process.argv.includes('--write')) {
  const packages = { ...lock.packages }
  for (const [name, entry] of missing) packages[`node_modules/${name}`] = entry
  const sorted = Object.entries(packages).toSorted(([a], [b]) => (a < b ? -1 : 1))
  const text = JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, null, 2)
  writeFileSync(file, `${text}\n`)
  console.log(`${missing.length} entries added.`)
} else {
  const names = [...new Set(missing.map(([name]) => name))]
  console.error(`npm ci would fail, the lock lacks: ${names.join(', ')}`)
  console.error('Run: node test/lock-file.ts --write')
  process.exitCode = 1
}

function isLocked(name: string, path: string): boolean {
  return [`node_modules/${name}`, `${path}/node_modules/${name}`].some((at) => at in lock.packages)
}

/** `@oxlint/binding-linux-arm64-musl` says for which system, processor and C library it is. */
function entryFor(name: string, version: string, parent: Entry): Entry & Record<string, unknown> {
  const words = name.split('/').at(-1)?.split('-') ?? []
  const os = words.find((word) => SYSTEMS.has(word))
  const libc = words.some((word) => word.startsWith('musl')) ? 'musl' : 'glibc'
  return {
    version: version.replace(/^\D*/, ''),
    cpu: [words.find((word) => PROCESSORS.has(word)) ?? 'none'],
    ...(parent.dev === true ? { dev: true } : {}),
    optional: true,
    ...(os === undefined ? {} : { os: [os] }),
    ...(os === 'linux' ? { libc: [libc] } : {}),
  }
}
