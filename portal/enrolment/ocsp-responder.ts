import { BoundedMap } from '#core/bounded-map.ts'
import type { Clock } from '#core/clock.ts'
import type { Signer } from '#core/pki/certify.ts'
import { makeOcspSigner } from '#core/pki/leaves.ts'
import { isIssuedBy, makeOcspAnswer, ocspRefusal, readOcspQuestion } from '#core/pki/ocsp.ts'
import { certificatesOf } from '#core/pki/pem.ts'
import { isTokenKey } from '#core/pki/token-key.ts'
import type { Seal } from '#core/seal.ts'
import type { Database } from '#db/connection.ts'
import { statusOf } from '#db/device-status.ts'
import { loadIssuingOf } from '#db/own-authority.ts'
import type { Generation } from '#db/own-authority.ts'
import type { AskDatabase } from '../ask-database.ts'

const VALID_MS = 3_600_000
/** Half of what its certificate is good for. */
const DELEGATE_MS = 86_400_000
const MOST_DELEGATES = 32

type Answering = Signer & { readonly isDelegate: boolean }

/** Answers questions about certificates of the house (RFC 6960), signed by who issued them. */
export function createOcspResponder(deps: {
  readonly generations: () => readonly Generation[]
  readonly database: Database
  readonly seal: Seal
  readonly ask: AskDatabase
  readonly clock: Clock
}): (question: Uint8Array) => Promise<Uint8Array<ArrayBuffer>> {
  const { generations, database, seal, ask, clock } = deps
  const delegates = new BoundedMap<number, Answering>({
    limit: MOST_DELEGATES,
    ttlMs: DELEGATE_MS,
    clock,
  })

  async function answering(generation: number): Promise<Answering | null> {
    const known = delegates.get(generation)
    if (known !== undefined) return known
    const by = await ask(() => loadIssuingOf(database, seal, generation))
    if (by === null) return null
    if (!isTokenKey(by.keyPem)) return { ...by, isDelegate: false }
    const { pem, keyPem } = await makeOcspSigner(by, clock())
    const delegate = { certificatePem: pem, keyPem, isDelegate: true }
    delegates.set(generation, delegate)
    return delegate
  }

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
    const by = await answering(generation)
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
