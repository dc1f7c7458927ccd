import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createProduct } from '../support/peers/product.ts'
import { createRunFolder } from '../support/peers/run-folder.ts'

/** Run in the program before it: writes down, when it ends, what was loaded of files and of Node. */
const LISTENER = `
  import { writeFileSync } from 'node:fs'
  import { registerHooks } from 'node:module'
  import { isMainThread } from 'node:worker_threads'
  const files = []
  registerHooks({ load: (url, context, next) => (files.push(url), next(url, context)) })
  if (isMainThread) process.on('exit', () => writeFileSync(
    process.env.LOADED, JSON.stringify({ files, ofNode: process.moduleLoadList })))`

/** Each has a few hundred KB at least of every small box: one more is somebody's decision. */
const PACKAGES = [
  '@opentelemetry/api',
  '@pinojs/redact',
  '@prometheus-io/client',
  'atomic-sleep',
  'bintrees',
  'listr2',
  'on-exit-leak-free',
  'pino',
  'pino-std-serializers',
  'postgres',
  'quick-format-unescaped',
  'safe-stable-stringify',
  'sonic-boom',
  'tdigest',
  'thread-stream',
  'zod',
]

/** What a start needs to compile, and the fetch that nobody calls. */
const NOT_OF_NODE = new Set(['internal/deps/amaro/dist/index', 'internal/deps/undici/undici'])

test('the resolver alone loads what it needs, and nothing of the others', async () => {
  const folder = createRunFolder()
  const loaded = folder.fresh('loaded.json')
  const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(LISTENER)}`
  const env = { ACCUEIL_DEMO: '0', NODE_OPTIONS, LOADED: loaded }
  try {
    await using product = await createProduct(folder, {
      upstream: '127.0.0.1:9',
      roles: ['dns'],
      env,
    })
    // The first one makes the database, which takes more.
    for (let starts = 0; starts < 2; starts += 1) {
      await product.start()
      await product.stop()
    }
    const { files, ofNode } = JSON.parse(readFileSync(loaded, 'utf8')) as {
      files: readonly string[]
      ofNode: readonly string[]
    }
    const packages = files.flatMap(
      (url) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? [],
    )
    expect([...new Set(packages)].toSorted()).toEqual(PACKAGES)
    const ours = files.filter((url) => /\/(db\/migrations|portal|radius-server)\//.test(url))
    expect(ours).toEqual([])
    expect(files.some((url) => url.endsWith('/dns-filter/main.ts'))).toBe(true)
    const names = ofNode.map((name) => name.replace('NativeModule ', ''))
    expect(names).toContain('http')
    expect(names.filter((name) => NOT_OF_NODE.has(name))).toEqual([])
  } finally {
    folder.remove()
  }
})
