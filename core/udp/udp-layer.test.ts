import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { buildNative, loadNative } from './native-module.ts'
import { chooseUdpLayer } from './udp-layer.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'accueil-udp-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('without the module datagrams go by node:dgram, and it says why', () => {
  const layer = chooseUdpLayer(null, () => loadNative(join(folder, 'none.node')))
  expect(layer.name).toBe('dgram')
  expect(layer.reason).toContain('npm run build:native')
})

test('a file that is no module is no reason to stop', () => {
  const file = join(folder, 'wrong.node')
  writeFileSync(file, 'this is no shared object')
  const layer = chooseUdpLayer(null, () => loadNative(file))
  expect(layer.name).toBe('dgram')
  expect(layer.reason).toContain('cannot be loaded')
})

test('who demands the native one is told when it cannot be had', () => {
  const load = () => loadNative(join(folder, 'none.node'))
  expect(() => chooseUdpLayer('native', load)).toThrow(/ACCUEIL_UDP_LAYER is native.*build:native/)
})

test('who demands node:dgram has it', () => {
  expect(chooseUdpLayer('dgram').name).toBe('dgram')
})

test('a compiler that fails leaves nothing behind and says what it said', () => {
  const before = process.env['CC']
  process.env['CC'] = 'false'
  try {
    const built = buildNative(join(folder, 'module.node'))
    expect(built).toMatchObject({ ok: false, reason: expect.stringContaining('false') })
  } finally {
    if (before === undefined) delete process.env['CC']
    else process.env['CC'] = before
  }
  expect(readdirSync(folder)).toEqual([])
})
