import { reasonOf } from '#core/error.ts'

/** Of the question that postgres.js asks each new connection: which types of arrays there are. */
const TYPES = /\bselect b\.oid, b\.typarray\b/

/**
 * The library asks that before a connection's first query, and nobody hears how it ends: where the connection is cut
 * meanwhile, by a database that is shut down or by us since it was late, Node would end the process for it, although
 * whoever asked the first query is told. Every other rejection that nobody hears ends the process as ever.
 */
export function outliveCutConnections(onCut: (reason: string) => void): void {
  process.on('unhandledRejection', (thrown) => {
    if (!isOfTypes(thrown)) throw thrown
    onCut(reasonOf(thrown))
  })
}

function isOfTypes(thrown: unknown): boolean {
  if (!(thrown instanceof Error) || !('query' in thrown)) return false
  return typeof thrown.query === 'string' && TYPES.test(thrown.query)
}
