import { reasonOf } from '#core/error.ts'

/** What postgres.js asks each new connection: which types of arrays there are, and where it is to know, whether it may write. */
const OWN_QUESTIONS = /\bselect b\.oid, b\.typarray\b|\bshow transaction_read_only;/

/**
 * The library asks those before a connection's first query, and nobody hears how they end: where the connection is cut
 * meanwhile, by a database that is shut down or by us since it was late, Node would end the process for it, although
 * whoever asked the first query is told. Every other rejection that nobody hears ends the process as ever.
 */
export function outliveCutConnections(onCut: (reason: string) => void): void {
  process.on('unhandledRejection', (thrown) => {
    if (!isOwnQuestion(thrown)) throw thrown
    onCut(reasonOf(thrown))
  })
}

function isOwnQuestion(thrown: unknown): boolean {
  if (!(thrown instanceof Error) || !('query' in thrown)) return false
  return typeof thrown.query === 'string' && OWN_QUESTIONS.test(thrown.query)
}
