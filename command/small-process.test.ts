import { expect, test } from 'vitest'
import { temporaryFolder } from '../test/support/folder.ts'
import { smallStart } from './small-process.ts'

const start = (words: string, more: { execArgv?: string[]; env?: Record<string, string> } = {}) =>
  smallStart({
    argv: ['/usr/bin/node', '/srv/main.ts', ...words.split(' ')],
    execPath: '/usr/bin/node',
    execArgv: more.execArgv ?? [],
    env: more.env ?? { ACCUEIL_DATA_DIR: '/nowhere' },
  })

test('the resolver alone is started again with what saves memory, and then not once more', () => {
  using folder = temporaryFolder({})
  const env = { ACCUEIL_DATA_DIR: folder.path, LANG: 'fr' }
  const again = start('start dns', { env })
  expect(again).toEqual({
    args: [
      '/usr/bin/node',
      '--max-semi-space-size=2',
      '--min-semi-space-size=2',
      '--expose-gc',
      '/srv/main.ts',
      'start',
      'dns',
    ],
    env: { ...env, MALLOC_ARENA_MAX: '1', NODE_COMPILE_CACHE: `${folder.path}/compiled` },
  })
  const execArgv = [...(again?.args ?? [])].slice(1, -3)
  expect(start('start dns', { execArgv, env })).toBeNull()
})

test('where there is no data folder yet nothing is kept in one', () => {
  expect(start('start dns')?.env).toEqual({ ACCUEIL_DATA_DIR: '/nowhere', MALLOC_ARENA_MAX: '1' })
})

test('who chose a size keeps it, and no other command is started twice', () => {
  const env = { NODE_OPTIONS: '--max-semi-space-size=16' }
  expect(start('start dns', { env })).toBeNull()
  for (const words of ['start', 'start dns jobs', 'start radius', 'dns token 75', 'doctor']) {
    expect(start(words)).toBeNull()
  }
})
