import { codeOf } from '#core/error.ts'
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'
import { LIMITS } from '../limits.ts'

const LOOK_MS = 100

/**
 * Waits until no other process of the machine compiles into this folder: the others then find the blob
 * made. A turn that is forgotten ends with its process, or after its time; two at once would only do the
 * same work twice.
 */
export async function compileTurn(file: string): Promise<AsyncDisposable> {
  for (;;) {
    try {
      // At once, as below: nobody finds it empty, or removes the next one's instead of the forgotten one.
      writeFileSync(file, `${process.pid}`, { flag: 'wx', mode: 0o600 })
      return { [Symbol.asyncDispose]: () => rm(file, { force: true }) }
    } catch (thrown) {
      if (!isThere(thrown)) throw thrown
    }
    if (isForgotten(file)) rmSync(file, { force: true })
    else await setTimeout(LOOK_MS)
  }
}

function isThere(thrown: unknown): boolean {
  return codeOf(thrown) === 'EEXIST'
}

function isForgotten(file: string): boolean {
  try {
    const age = Date.now() - statSync(file).mtimeMs
    const pid = Number(readFileSync(file, 'utf8'))
    // Ours at this moment: two roles of one process, as in tests.
    return age > LIMITS.compileTurn || (pid !== process.pid && age > LOOK_MS && !isRunning(pid))
  } catch {
    // It has ended meanwhile.
    return false
  }
}

function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (thrown) {
    return codeOf(thrown) === 'EPERM'
  }
}
