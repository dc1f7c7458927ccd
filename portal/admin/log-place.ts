import { z } from 'zod'
import type { ConnectionPlace } from '#db/connections.ts'
import type { LogView } from './log-request.ts'

/** A search that was opened before, and where its next page begins. */
interface Onward {
  readonly search: string
  readonly after: ConnectionPlace
}

const written = z.object({
  search: z.string().regex(/^\d{1,18}$/),
  start: z.coerce.date(),
  sessionId: z.uuid(),
})

/**
 * Sealed for whoever opened the search and the place it is of: nobody goes on with another's, whose line names
 * somebody else, nor with one that reached farther than they may now.
 */
export function logPlace(
  { services, doer }: Pick<LogView, 'services' | 'doer'>,
  site: string | null,
): {
  write(onward: Onward): string
  /** Null for none, and for what is not from a page of theirs. */
  read(text: string): Onward | null
} {
  const context = `log search of ${doer.actor} at ${site ?? 'all places'}`
  return {
    write: ({ search, after }) =>
      services.seal.seal(
        JSON.stringify({ search, start: after.start, sessionId: after.sessionId }),
        context,
      ),
    read(text) {
      const opened = services.seal.open(text, context)
      if (opened === null) return null
      const { search, start, sessionId } = written.parse(
        JSON.parse(Buffer.from(opened).toString('utf8')),
      )
      return { search, after: { start, sessionId } }
    },
  }
}
