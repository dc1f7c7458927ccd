import { startEmbedded } from '#db/embedded.ts'
import type { RunFolder } from '../support/peers/run-folder.ts'

/** A real Postgres of this drill's own, on a socket, that several processes of a house share. */
export async function startOwnPostgres(
  folder: RunFolder,
): Promise<AsyncDisposable & { readonly url: string; readonly dataDir: string }> {
  const dataDir = folder.fresh('own-postgres')
  const { url, release } = await startEmbedded({ dataDir })
  return { url, dataDir, [Symbol.asyncDispose]: release }
}
