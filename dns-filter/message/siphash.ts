/** The four words of the state, each as its high and low half; of this module, because one is hashed at a time. */
let h0 = 0
let l0 = 0
let h1 = 0
let l1 = 0
let h2 = 0
let l2 = 0
let h3 = 0
let l3 = 0

/**
 * SipHash-2-4 (Aumasson and Bernstein, 2012) of up to 255 bytes under a key of 16, in halves of 32
 * bits: a BigInt would be made for each of some two hundred steps.
 */
export function sipHash24(key: Uint8Array, message: Uint8Array): Uint8Array {
  const [low0, high0, low1, high1] = [word(key, 0), word(key, 4), word(key, 8), word(key, 12)]
  h0 = high0 ^ 0x736f6d65
  l0 = low0 ^ 0x70736575
  h1 = high1 ^ 0x646f7261
  l1 = low1 ^ 0x6e646f6d
  h2 = high0 ^ 0x6c796765
  l2 = low0 ^ 0x6e657261
  h3 = high1 ^ 0x74656462
  l3 = low1 ^ 0x79746573

  const whole = message.length & ~7
  for (let at = 0; at < whole; at += 8) absorb(word(message, at), word(message, at + 4))
  // The last block: what is left, zeroes, and the length in its last byte.
  absorb(word(message, whole), word(message, whole + 4) | (message.length << 24))

  l2 ^= 0xff
  for (let i = 0; i < 4; i++) round()
  const out = new Uint8Array(8)
  write(out, 0, l0 ^ l1 ^ l2 ^ l3)
  write(out, 4, h0 ^ h1 ^ h2 ^ h3)
  return out
}

function absorb(low: number, high: number): void {
  h3 ^= high
  l3 ^= low
  round()
  round()
  h0 ^= high
  l0 ^= low
}

/** Little-endian; what is behind the end is zero. */
function word(bytes: Uint8Array, at: number): number {
  const [a, b, c, d] = [bytes[at] ?? 0, bytes[at + 1] ?? 0, bytes[at + 2] ?? 0, bytes[at + 3] ?? 0]
  return a | (b << 8) | (c << 16) | (d << 24)
}

function write(out: Uint8Array, at: number, value: number): void {
  for (let i = 0; i < 4; i++) out[at + i] = value >>> (8 * i)
}

/** SipRound, written out: each addition of two words carries from the low halves into the high ones. */
function round(): void {
  let low = (l0 >>> 0) + (l1 >>> 0)
  h0 = (h0 + h1 + carry(low)) | 0
  l0 = low | 0
  let high = h1
  h1 = ((h1 << 13) | (l1 >>> 19)) ^ h0
  l1 = ((l1 << 13) | (high >>> 19)) ^ l0
  high = h0
  h0 = l0
  l0 = high

  low = (l2 >>> 0) + (l3 >>> 0)
  h2 = (h2 + h3 + carry(low)) | 0
  l2 = low | 0
  high = h3
  h3 = ((h3 << 16) | (l3 >>> 16)) ^ h2
  l3 = ((l3 << 16) | (high >>> 16)) ^ l2

  low = (l0 >>> 0) + (l3 >>> 0)
  h0 = (h0 + h3 + carry(low)) | 0
  l0 = low | 0
  high = h3
  h3 = ((h3 << 21) | (l3 >>> 11)) ^ h0
  l3 = ((l3 << 21) | (high >>> 11)) ^ l0

  low = (l2 >>> 0) + (l1 >>> 0)
  h2 = (h2 + h1 + carry(low)) | 0
  l2 = low | 0
  high = h1
  h1 = ((h1 << 17) | (l1 >>> 15)) ^ h2
  l1 = ((l1 << 17) | (high >>> 15)) ^ l2
  high = h2
  h2 = l2
  l2 = high
}

function carry(sum: number): number {
  return sum > 0xffff_ffff ? 1 : 0
}
