import { expect, test } from 'vitest'
import { createSeal } from './seal.ts'

const seal = createSeal(new Uint8Array(32).fill(1))

test('what was sealed opens in its own context only', () => {
  const sealed = seal.seal('testing123', 'gateway:a')
  expect(Buffer.from(seal.open(sealed, 'gateway:a') ?? []).toString()).toBe('testing123')
  expect(seal.open(sealed, 'gateway:b')).toBeNull()
})

test('another master key does not open it', () => {
  const other = createSeal(new Uint8Array(32).fill(2))
  expect(other.open(seal.seal('x', 'c'), 'c')).toBeNull()
})

test('a changed character anywhere, or a cut, does not open', () => {
  const sealed = seal.seal('testing123', 'c')
  for (let i = 0; i < sealed.length; i += 1) {
    const swapped = sealed[i] === 'B' ? 'C' : 'B'
    const changed = `${sealed.slice(0, i)}${swapped}${sealed.slice(i + 1)}`
    // The last character of base64url may carry bits that no byte has.
    if (i < sealed.length - 1) expect(seal.open(changed, 'c'), changed).toBeNull()
    expect(seal.open(sealed.slice(0, i), 'c')).toBeNull()
  }
})

test('the same text sealed twice does not look the same', () => {
  expect(seal.seal('x', 'c')).not.toBe(seal.seal('x', 'c'))
})
