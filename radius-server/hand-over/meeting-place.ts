import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  statSync,
  unlinkSync,
} from 'node:fs'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { AppError, reasonOf } from '#core/error.ts'
import type { Clock } from '#core/clock.ts'

/** Between bind and listen a socket refuses too: only what has refused for longer is left behind. */
const LEFT_BEHIND_MS = 10_000
const TAG = /^[0-9a-f]{16}$/

/**
 * The folder in which the processes of one machine find each other: a Unix socket for each, named by
 * its tag. Only this user can enter it, so only this user can hand packets over: an abstract socket
 * would be open to everyone on the machine.
 */
export interface MeetingPlace {
  pathOf(tag: string): string
  /** Tags of others that answer; removes what processes left that are no more. */
  others(own: string): Promise<readonly string[]>
  close(): void
}

export function openMeetingPlace(folder: string, clock: Clock): MeetingPlace {
  const descriptor = openOwnFolder(folder)
  // A socket's path may have 107 octets, a data folder's more: through the open folder it is short,
  // and stays what was checked.
  const within = `/proc/self/fd/${descriptor}`
  const pathOf = (tag: string): string => `${within}/${tag}`

  function removeIfOld(tag: string): void {
    try {
      if (statSync(pathOf(tag)).mtimeMs < clock() - LEFT_BEHIND_MS) unlinkSync(pathOf(tag))
    } catch {
      // Another process was quicker.
    }
  }

  return {
    pathOf,
    async others(own) {
      const tags = readdirSync(within).filter((name) => TAG.test(name) && name !== own)
      const answers = await Promise.all(tags.map((tag) => isAnswering(pathOf(tag))))
      for (const [i, tag] of tags.entries()) if (answers[i] === false) removeIfOld(tag)
      return tags.filter((_, i) => answers[i])
    },
    close: () => closeSync(descriptor),
  }
}

function openOwnFolder(folder: string): number {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const flags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW
    const descriptor = openSync(folder, flags)
    const { uid, mode } = fstatSync(descriptor)
    if (uid !== process.getuid?.()) {
      closeSync(descriptor)
      throw new Error(`it belongs to user ${uid}`)
    }
    if ((mode & 0o077) !== 0) fchmodSync(descriptor, 0o700)
    return descriptor
  } catch (thrown) {
    throw new AppError(
      'radius.hand-over',
      `the folder ${folder}, where RADIUS processes find each other, cannot be used (${reasonOf(thrown)}); give it to this user or set ACCUEIL_DATA_DIR to another folder`,
      { cause: thrown },
    )
  }
}

function isAnswering(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket: Socket = connect(path)
    const end = (isThere: boolean): void => {
      socket.destroy()
      resolve(isThere)
    }
    socket.once('connect', () => end(true))
    socket.once('error', () => end(false))
  })
}
