import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const PACKET =
  '2b010029 00000000000000000000000000000000 0105626f62 1a10 000039e7 01046162 020600000014'

function decode(args: readonly string[], input = ''): { status: number | null; said: string } {
  const main = join(import.meta.dirname, '../main.ts')
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [main, 'radius', 'decode', ...args],
    { input, encoding: 'utf8' },
  )
  return { status, said: stdout + stderr }
}

const SHOWN = `CoA-Request 1, 41 octets
  User-Name "bob"
  Aruba-User-Role "ab"
  Aruba-User-Vlan 20
`

test('a packet is shown by names, from the line or from the pipe', () => {
  expect(decode([PACKET])).toEqual({ status: 0, said: SHOWN })
  expect(decode([], `0x${PACKET.replaceAll(' ', '')}\n`)).toEqual({ status: 0, said: SHOWN })
})

test('what is no packet is said to be none, and why', () => {
  expect(decode(['2b0100'])).toMatchObject({
    status: 1,
    said: expect.stringContaining('no RADIUS packet (too-short): 3 octets'),
  })
  expect(decode(['no hex']).status).toBe(2)
})
