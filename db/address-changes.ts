import { SESSION_LIMITS, formerAddresses } from './session-state.ts'
import type { FormerAddress, SessionState, WrittenState } from './session-state.ts'

/** A row of log.former_address to be written. */
export interface AddressChange {
  readonly day: string
  readonly id: string
  readonly address: string
  readonly from_at: Date
  readonly public_ip: string | null
  readonly public_ports: string | null
  /** Null: a late packet has shown that it was not so. */
  readonly until_at: Date | null
}

/** What must be written of the addresses that a session had. */
export function addressChanges(
  state: WrittenState,
  before: SessionState | null,
): readonly AddressChange[] {
  // Nearly always: it has the address that it began with.
  if (!hasFormer(state) && (before === null || !hasFormer(before))) return []
  const { id, day } = state
  const known = before === null ? [] : formerAddresses(before)
  const now = formerAddresses(state)
  const isSame = (a: FormerAddress, b: FormerAddress): boolean =>
    a.address === b.address && a.from_at === b.from_at && a.public_ports === b.public_ports
  const gone = known.filter(
    (old) => !now.some((one) => isSame(one, old)) && !isForgotten(state, old),
  )
  const written = now.filter(
    (one) => !known.some((old) => isSame(old, one) && old.until_at === one.until_at),
  )
  return [
    ...gone.map((one) => ({ ...one, day, id, from_at: new Date(one.from_at), until_at: null })),
    ...written.map((one) => ({
      ...{ ...one, day, id },
      from_at: new Date(one.from_at),
      until_at: new Date(one.until_at),
    })),
  ]
}

function hasFormer({ ipv4, ipv6 }: SessionState): boolean {
  return ipv4.length > 1 || ipv6.length > 1
}

/** Not wrong: only too long ago for the session to remember. */
function isForgotten({ ipv4, ipv6 }: SessionState, { address, from_at }: FormerAddress): boolean {
  const runs = address.includes(':') ? ipv6 : ipv4
  return runs.length >= SESSION_LIMITS.addresses && from_at < (runs[0]?.[0][0] ?? 0)
}
