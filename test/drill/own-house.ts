import { randomBytes } from 'node:crypto'
import { createProduct } from '../support/peers/product.ts'
import type { Product } from '../support/peers/product.ts'
import type { RunFolder } from '../support/peers/run-folder.ts'
import { startDebianPostgres } from './debian-postgres.ts'
import { declare } from './under-load.ts'

export interface OwnHouse extends AsyncDisposable {
  readonly product: Product
  readonly url: string
  readonly env: Readonly<Record<string, string>>
}

/** One process with all roles on a Postgres of its own, and the contract's example declared. */
export async function openOwnHouse(
  folder: RunFolder,
  more: Omit<Parameters<typeof createProduct>[1], 'upstream'> = {},
): Promise<OwnHouse> {
  const stack = new AsyncDisposableStack()
  const server = stack.use(await startDebianPostgres(folder))
  const key = randomBytes(32).toString('hex')
  const env = { DATABASE_URL: server.url, ACCUEIL_MASTER_KEY: key }
  const product = stack.use(
    await createProduct(folder, {
      upstream: '127.0.0.1:9',
      ...more,
      env: { ...env, ...more.env },
    }),
  )
  try {
    await product.start()
    await declare(product)
  } catch (thrown) {
    await stack.disposeAsync()
    throw thrown
  }
  return { product, url: server.url, env, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}
