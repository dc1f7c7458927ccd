import { codeOf } from '#core/error.ts'
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

/** Waits until all that was said is on its way: of a pipe the rest would be lost where the program ends at once. */
export async function writtenOut(out: NodeJS.WritableStream): Promise<void> {
  await new Promise<void>((resolve) => {
    out.once('error', () => resolve())
    out.write('', () => resolve())
  })
}

function isReaderGone(thrown: unknown): boolean {
  return codeOf(thrown) === 'EPIPE'
}
