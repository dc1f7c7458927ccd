/** Which process an EAP conversation lives in, as it stands in front of its State. */
export const OWNER_BYTES = 8
const NONCE_BYTES = 16
const STATE_BYTES = OWNER_BYTES + NONCE_BYTES

/** State that this process will know again: its own tag, and octets that nobody can guess. */
export function stateOf(owner: Uint8Array, random: (bytes: number) => Uint8Array): Uint8Array {
  const state = new Uint8Array(STATE_BYTES)
  state.set(owner)
  state.set(random(NONCE_BYTES), OWNER_BYTES)
  return state
}

/** The tag in hexadecimal, good for a file's name whatever the State was; null if it is none of ours. */
export function ownerOf(state: Uint8Array): string | null {
  return state.length === STATE_BYTES ? tagOf(state.subarray(0, OWNER_BYTES)) : null
}

export function tagOf(owner: Uint8Array): string {
  return Buffer.from(owner.buffer, owner.byteOffset, owner.length).toString('hex')
}
