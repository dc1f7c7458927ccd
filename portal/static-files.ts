import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Context, Handler } from 'hono'

/** What a page of the administration loads beside itself, from here and nowhere else. */
export interface StaticFiles {
  /** The address of each. */
  readonly paths: Readonly<Record<StaticName, string>>
  find(path: string): StaticFile | undefined
}

interface StaticFile {
  readonly type: string
  readonly bytes: Uint8Array<ArrayBuffer>
}

export const STATIC_FOLDER = '/static/'

const JAVASCRIPT = 'text/javascript; charset=utf-8'
const resolve = createRequire(import.meta.url).resolve

/** Of packages at the version that package.json pins, and our own. */
const FILES = {
  htmx: { file: () => resolve('htmx.org/dist/htmx.min.js'), ending: 'js', type: JAVASCRIPT },
  uplot: {
    file: () => join(resolve('uplot'), '../uPlot.iife.min.js'),
    ending: 'js',
    type: JAVASCRIPT,
  },
  uplotStyle: {
    file: () => join(resolve('uplot'), '../uPlot.min.css'),
    ending: 'css',
    type: 'text/css; charset=utf-8',
  },
  charts: {
    file: () => join(import.meta.dirname, 'static/charts.js'),
    ending: 'js',
    type: JAVASCRIPT,
  },
} as const

export type StaticName = keyof typeof FILES

/** Read once, at the start: what is missing stops the program there and not on a page. */
export function loadStaticFiles(): StaticFiles {
  const paths: Record<string, string> = {}
  const files = new Map<string, StaticFile>()
  for (const [name, { file, ending, type }] of Object.entries(FILES)) {
    const bytes = new Uint8Array(readFileSync(file()))
    const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 16)
    const path = `${STATIC_FOLDER}${name}-${hash}.${ending}`
    paths[name] = path
    files.set(path, { type, bytes })
  }
  return {
    paths: paths as Record<StaticName, string>,
    find: (path) => files.get(path),
  }
}

/** `GET /static/NAME-HASH.js`: another content has another address. */
export function staticFile(files: StaticFiles): Handler {
  return function staticFileHandler(c: Context) {
    const found = files.find(c.req.path)
    if (found === undefined) return c.notFound()
    c.header('Content-Type', found.type)
    c.header('Cache-Control', 'public, max-age=31536000, immutable')
    return c.body(found.bytes)
  }
}
