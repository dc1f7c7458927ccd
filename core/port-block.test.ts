import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { portBlock, portBlockProblem } from './port-block.ts'
import type { SourceNat } from './port-block.ts'

const NAT: SourceNat = { address: null, firstPort: 1024, lastPort: 65535, portsEach: 250 }
const SUBNETS = ['192.168.77.0/25', '2001:db8::/64', '192.168.79.0/26']

describe('the block of ports of a private address', () => {
  test.each([
    ['192.168.77.0', 1024, 1273],
    ['192.168.77.9', 3274, 3523],
    ['192.168.77.127', 32_774, 33_023],
    // The next subnet goes on where the one before ends.
    ['192.168.79.0', 33_024, 33_273],
    ['192.168.79.63', 48_774, 49_023],
  ])('of %s is %d to %d', (address, first, last) => {
    expect(portBlock(NAT, SUBNETS, address)).toEqual({ first, last })
  })

  test.each(['192.168.77.128', '10.0.0.1', '2001:db8::9', 'nonsense'])(
    'of %s is none',
    (address) => {
      expect(portBlock(NAT, SUBNETS, address)).toBeNull()
    },
  )

  test('is never shared: a port leads back to one address', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 20, max: 32 }),
        fc.integer({ min: 1, max: 4000 }),
        fc.integer({ min: 1024, max: 60_000 }),
        (length, portsEach, firstPort) => {
          const nat: SourceNat = { address: null, firstPort, lastPort: 65_535, portsEach }
          const subnets = [`10.0.0.0/${length}`]
          if (portBlockProblem(nat, subnets) !== null) return
          const size = 2 ** (32 - length)
          let next = firstPort
          for (let i = 0; i < size; i += 1) {
            const block = portBlock(nat, subnets, `10.0.${i >> 8}.${i & 255}`)
            expect(block).toEqual({ first: next, last: next + portsEach - 1 })
            next += portsEach
          }
          expect(next - 1).toBeLessThanOrEqual(65_535)
        },
      ),
    )
  })
})

test('a subnet with more addresses than there are blocks is refused with the numbers', () => {
  expect(portBlockProblem(NAT, SUBNETS)).toBeNull()
  expect(portBlockProblem({ ...NAT, portsEach: 1000 }, ['192.168.77.0/24'])).toBe(
    '256 addresses need a block each, and ports 1024-65535 hold 64 blocks of 1000: take fewer ports each or a smaller subnet',
  )
})
