import type { Clock } from '#core/clock.ts'
import { isIssuedBy, makeOcspAnswer, ocspRefusal, readOcspQuestion } from '#core/pki/ocsp.ts'
import { certificatesOf } from '#core/pki/pem.ts'
import type { Seal } from '#core/seal.ts'
import type { Database } from '#db/connection.ts'
import { statusOf } from '#db/device-status.ts'
import { loadIssuingOf } from '#db/own-authority.ts'
import type { Generation } from '#db/own-authority.ts'
import type { AskDatabase } from '../ask-database.ts'

const VALID_MS = 3_600_000

/** Answers questions about certificates of the house (RFC 6960), signed by who issued them. */
export function createOcspResponder(deps: {
  readonly generations: () => readonly Generation[]
  readonly database: Database
  readonly seal: Seal
  readonly ask: AskDatabase
  readonly clock: Clock
}): (question: Uint8Array) => Promise<Uint8Array<ArrayBuffer>> {
  const { generations, database, seal, ask, clock } = deps

  return async (der) => {
    const question = readOcspQuestion(der)
    const first = question?.asked[0]
    if (question === null || first === undefined) return ocspRefusal('malformedRequest')
    // One answer has one signature: all of the question is about one authority, or it is not ours to answer.
    const asked = generations().find(({ issuingPem }) =>
      isIssuedBy(first.certId, certificatesOf(issuingPem)[0] ?? ''),
    )
    if (asked === undefined) return ocspRefusal('unauthorized')
    const { generation, issuingPem } = asked
    const issuer = certificatesOf(issuingPem)[0] ?? ''
    if (!question.asked.every(({ certId }) => isIssuedBy(certId, issuer))) {
      return ocspRefusal('unauthorized')
    }
    const by = await ask(() => loadIssuingOf(database, seal, generation))
    if (by === null) return ocspRefusal('unauthorized')
    const statuses = await Promise.all(
      question.asked.map(async ({ certId, serial }) => ({
        certId,
        status: await ask(() => statusOf(database, generation, serial)),
      })),
    )
    const from = clock()
    return makeOcspAnswer(by, question, statuses, { from, until: from + VALID_MS })
  }
}
