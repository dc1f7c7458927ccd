/** The four words of the state, each as high and low half: [v0h, v0l, v1h, v1l, …]. */
type State = Uint32Array

const INITIAL = [
  0x736f6d65, 0x70736575, 0x646f7261, 0x6e646f6d, 0x6c796765, 0x6e657261, 0x74656462, 0x79746573,
] as const

/**
 * SipHash-2-4 (Aumasson and Bernstein, 2012) of up to 255 bytes under a key of 16, in halves of 32
 * bits: a BigInt would be made for each of some two hundred steps.
 */
export function sipHash24(key: Uint8Array, message: Uint8Array): Uint8Array {
  const keyView = new DataView(key.buffer, key.byteOffset, 16)
  const state: State = Uint32Array.from(INITIAL)
  for (let word = 0; word < 4; word++) {
    const at = (word % 2) * 8
    state[word * 2] = half(state, word * 2) ^ keyView.getUint32(at + 4, true)
    state[word * 2 + 1] = half(state, word * 2 + 1) ^ keyView.getUint32(at, true)
  }

  const padded = new Uint8Array((Math.floor(message.length / 8) + 1) * 8)
  padded.set(message)
  padded[padded.length - 1] = message.length
  const blocks = new DataView(padded.buffer)
  for (let at = 0; at < padded.length; at += 8) {
    const high = blocks.getUint32(at + 4, true)
    const low = blocks.getUint32(at, true)
    xor(state, 3, high, low)
    round(state)
    round(state)
    xor(state, 0, high, low)
  }

  xor(state, 2, 0, 0xff)
  for (let i = 0; i < 4; i++) round(state)
  const out = new Uint8Array(8)
  const view = new DataView(out.buffer)
  const [h0 = 0, l0 = 0, h1 = 0, l1 = 0, h2 = 0, l2 = 0, h3 = 0, l3 = 0] = state
  view.setUint32(0, l0 ^ l1 ^ l2 ^ l3, true)
  view.setUint32(4, h0 ^ h1 ^ h2 ^ h3, true)
  return out
}

function half(state: State, at: number): number {
  return state[at] as number
}

function xor(state: State, word: number, high: number, low: number): void {
  state[word * 2] = half(state, word * 2) ^ high
  state[word * 2 + 1] = half(state, word * 2 + 1) ^ low
}

function round(state: State): void {
  mix(state, 0, 1, 13)
  rotate(state, 0, 32)
  mix(state, 2, 3, 16)
  mix(state, 0, 3, 21)
  mix(state, 2, 1, 17)
  rotate(state, 2, 32)
}

/** a += b; b = (b <<< by) ^ a. */
function mix(state: State, a: number, b: number, by: number): void {
  const low = half(state, a * 2 + 1) + half(state, b * 2 + 1)
  state[a * 2] = half(state, a * 2) + half(state, b * 2) + (low > 0xffff_ffff ? 1 : 0)
  state[a * 2 + 1] = low
  rotate(state, b, by)
  xor(state, b, half(state, a * 2), half(state, a * 2 + 1))
}

function rotate(state: State, word: number, by: number): void {
  const high = half(state, word * 2)
  const low = half(state, word * 2 + 1)
  const [from, to] = by >= 32 ? [low, high] : [high, low]
  const bits = by % 32
  state[word * 2] = bits === 0 ? from : (from << bits) | (to >>> (32 - bits))
  state[word * 2 + 1] = bits === 0 ? to : (to << bits) | (from >>> (32 - bits))
}
