import {
  chmodSync,
  existsSync,
  mkdirSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../test/support/folder.ts'
import { copyForOthers } from './embedded-binaries.ts'
import { firstClosedFolder } from './embedded-user.ts'

function program(folder: string): string {
  const native = join(folder, 'native')
  mkdirSync(join(native, 'bin'), { recursive: true })
  mkdirSync(join(native, 'lib'))
  writeFileSync(join(native, 'bin/postgres'), 'program', { mode: 0o755 })
  writeFileSync(join(native, 'lib/libpq.so.5.18'), 'library')
  symlinkSync('libpq.so.5.18', join(native, 'lib/libpq.so'))
  return native
}

test('a program below a closed folder is copied to where others may pass, once', () => {
  using closed = temporaryFolder()
  using open = temporaryFolder()
  chmodSync(open.path, 0o755)
  const native = program(closed.path)
  expect(firstClosedFolder(native)).toBe(closed.path)
  const copy = copyForOthers(native, open.path)
  expect(firstClosedFolder(copy)).toBeNull()
  expect(statSync(join(copy, 'bin/postgres')).mode & 0o777).toBe(0o755)
  expect(readlinkSync(join(copy, 'lib/libpq.so'))).toBe('libpq.so.5.18')
  expect(copyForOthers(native, open.path)).toBe(copy)
})

test('what somebody else may have put there is not run', () => {
  using closed = temporaryFolder()
  using open = temporaryFolder()
  const native = program(closed.path)
  const copy = copyForOthers(native, open.path)
  chmodSync(copy, 0o777)
  expect(() => copyForOthers(native, open.path)).toThrow(/is not this user's own/)
  expect(existsSync(copy)).toBe(true)
})
