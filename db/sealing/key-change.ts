import { createHash } from 'node:crypto'
import { isKey, signatureFits } from './day-seal.ts'

/** What is stated when the key that signs is replaced. It stands in the chain between two seals. */
export interface KeyChangeStatement {
  /** Names of keys, as in the seals. */
  readonly from: string
  readonly to: string
  readonly at: Date
  readonly reason: string | null
  /** The last day sealed before; null when there was none. */
  readonly afterDay: string | null
  /** The link of what stands before it in the chain. */
  readonly previous: string
  /** The old key could not sign, or must not be believed any more. */
  readonly lost: boolean
}

export interface KeyChange extends KeyChangeStatement {
  /** Ed25519 of the old key over the statement's text, base64; null when it was lost. */
  readonly oldSignature: string | null
  /** Of the new key: nobody names a key that they do not have. */
  readonly newSignature: string
}

/** The text that both keys sign: one fact a line, in this order, each line ended by a line feed. */
export function keyChangeText(change: KeyChangeStatement): string {
  return [
    'accueil key change 1',
    `from ${change.from}`,
    `to ${change.to}`,
    `old-key ${change.lost ? 'lost' : 'signs'}`,
    `after ${change.afterDay ?? 'nothing'}`,
    `previous ${change.previous}`,
    `at ${change.at.toISOString()}`,
    `reason ${JSON.stringify(change.reason)}`,
    '',
  ].join('\n')
}

/** What stands after it in the chain carries this. */
export function linkOfChange(change: KeyChange): string {
  return createHash('sha256')
    .update(keyChangeText(change))
    .update(change.oldSignature ?? '')
    .update(change.newSignature)
    .digest('hex')
}

/**
 * `handed-over`: the old key vouches for the new one. `break`: said openly that it does not. `forged`:
 * a signature is not what it claims.
 */
export type Passage = 'handed-over' | 'break' | 'forged'

export function passageOf(change: KeyChange, keys: ReadonlyMap<string, string>): Passage {
  const text = keyChangeText(change)
  const signedBy = (id: string, signature: string): boolean => {
    const pem = keys.get(id) ?? ''
    return isKey(pem, id) && signatureFits(pem, text, signature)
  }
  if (!signedBy(change.to, change.newSignature)) return 'forged'
  if (change.lost) return change.oldSignature === null ? 'break' : 'forged'
  const { oldSignature } = change
  return oldSignature !== null && signedBy(change.from, oldSignature) ? 'handed-over' : 'forged'
}
