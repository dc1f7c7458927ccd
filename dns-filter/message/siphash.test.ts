import { expect, test } from 'vitest'
import { sipHash24 } from './siphash.ts'

const key = Uint8Array.from({ length: 16 }, (_, i) => i)

// Of the 64 vectors of the reference implementation; 15 bytes are the example of the paper's appendix A.
test.each([
  [0, '310e0edd47db6f72'],
  [1, 'fd67dc93c539f874'],
  [8, '6224939a79f5f593'],
  [15, 'e545be4961ca29a1'],
])('SipHash-2-4 of %i bytes is that of the reference', (length, hex) => {
  const message = Uint8Array.from({ length }, (_, i) => i)
  expect(Buffer.from(sipHash24(key, message)).toString('hex')).toBe(hex)
})
