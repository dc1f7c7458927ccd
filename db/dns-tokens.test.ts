import { expect, test } from 'vitest'
import { testSeal } from '../test/support/house.ts'
import { tokenInForce } from './dns-tokens.ts'

test('a token is in the files of gateways: it is the same in every version of this program', () => {
  const guests = { site: '75-0042', network: 'guest', device: null } as const
  expect(tokenInForce(testSeal, guests, new Map())).toBe('yrimvmvqrqg7wobv4v5dtoukzt')
  const till = { site: '75-0042', network: 'staff', device: 'till' } as const
  const third = new Map([['75-0042\0staff\0till', 3]])
  expect(tokenInForce(testSeal, till, third)).toBe('zmgmzs6lnkjxmymnuked7f74pr')
})
