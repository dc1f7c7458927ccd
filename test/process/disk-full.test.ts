import { mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { repository, run } from '../support/peers/process.ts'
import { createRunFolder } from '../support/peers/run-folder.ts'

const folder = createRunFolder()
afterAll(() => folder.remove())

const MOUNT = ['mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs']

// Root of a container may not mount either; the mount is in a namespace of its own and ends with the process.
const probe = await run(['unshare', '--mount', ...MOUNT, tmpdir()])

test.skipIf(probe.code !== 0)(
  'a spool on a disk of one megabyte that is full keeps what it said it kept',
  async () => {
    const disk = folder.fresh('disk')
    mkdirSync(disk)
    const program = `${process.execPath} ${join(repository, 'test/fault/fill-spool.ts')}`
    const script = `${MOUNT.join(' ')} ${disk} && exec ${program} ${disk}/spool`
    const done = await run(['unshare', '--mount', 'sh', '-c', script])
    expect(done.stderr).toBe('')
    const seen = JSON.parse(done.stdout) as Record<string, unknown>
    expect(seen).toEqual({
      kept: expect.any(Number),
      sameOrder: true,
      reasons: [expect.stringContaining('ENOSPC')],
      again: true,
    })
    expect(seen['kept']).toBeGreaterThan(1000)
  },
)
