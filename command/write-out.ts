import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/**
 * Writes the pieces no faster than the reader takes them; one is made ahead. A reader that has gone
 * (`… | head`) ends it quietly: the source is closed and nothing is thrown.
 */
export async function writeOut(
  pieces: AsyncIterable<string> | Iterable<string>,
  out: NodeJS.WritableStream = process.stdout,
): Promise<void> {
  try {
    await pipeline(Readable.from(pieces, { highWaterMark: 1 }), out, { end: false })
  } catch (thrown) {
    if (!isReaderGone(thrown)) throw thrown
  }
}

function isReaderGone(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'EPIPE'
}
