import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { reasonOf } from './error.ts'

const FOLDER = resolve(import.meta.dirname, '../native')

export type Loaded<Module> =
  | { readonly ok: true; readonly native: Module }
  | { readonly ok: false; readonly reason: string }

export type Built =
  | { readonly ok: true; readonly path: string; readonly isNew: boolean }
  | { readonly ok: false; readonly reason: string }

/**
 * Where the module of this source is. Another source, Node, OpenSSL or machine is another file, so that
 * what is loaded is what was written.
 */
export function nativePath(name: string, source: string): string {
  const { platform, arch, versions } = process
  const hash = createHash('sha256').update(readFileSync(source)).update(versions.openssl)
  const digest = hash.digest('hex').slice(0, 12)
  return join(FOLDER, `${name}-${platform}-${arch}-abi${versions.modules}-${digest}.node`)
}

export function loadModule<Module>(path: string): Loaded<Module> {
  if (!existsSync(path)) {
    return { ok: false, reason: 'it is not built for this Node: npm run build:native' }
  }
  try {
    return { ok: true, native: createRequire(import.meta.url)(path) as Module }
  } catch (thrown) {
    return { ok: false, reason: `${path} cannot be loaded: ${reasonOf(thrown)}` }
  }
}

/** Compiles with the system's `cc` (or `CC`) and the headers that lie beside the Node that runs this. */
export function buildModule(source: string, path: string): Built {
  if (existsSync(path)) return { ok: true, path, isNew: false }
  const headers = resolve(dirname(process.execPath), '../include/node')
  if (!existsSync(join(headers, 'node_api.h'))) {
    return { ok: false, reason: `Node's headers are not in ${headers}` }
  }
  const draft = `${path}.${process.pid}`
  const flags = ['-std=c11', '-O2', '-Wall', '-Wextra', '-Werror', '-fPIC', '-shared']
  try {
    mkdirSync(dirname(path), { recursive: true })
    execFileSync(process.env['CC'] ?? 'cc', [...flags, '-I', headers, '-o', draft, source], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    // Whole or not at all: another process may look for it at this moment.
    renameSync(draft, path)
    return { ok: true, path, isNew: true }
  } catch (thrown) {
    rmSync(draft, { force: true })
    return { ok: false, reason: reasonOf(thrown).trim() }
  }
}
