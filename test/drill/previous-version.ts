import { existsSync, mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { must, repository, run } from '../support/peers/process.ts'
import type { RunFolder } from '../support/peers/run-folder.ts'

export interface PreviousVersion {
  /** Its main.ts. */
  readonly program: string
  /** What it is called in the table. */
  readonly name: string
  /** Whether it was written to be started again on the database of its successor. */
  readonly mayComeBack: boolean
}

/** The version before: the newest tag, else what stood before the newest step of the database came. */
export async function previousVersion(folder: RunFolder): Promise<PreviousVersion> {
  const commit = await commitBefore()
  const path = folder.fresh('version-before')
  mkdirSync(path)
  // An archive, not a work tree: nothing of it stays in the repository if the drill is killed.
  await must(['sh', '-c', `git -C "$1" archive ${commit} | tar -x -C "$2"`, 'sh', repository, path])
  for (const made of ['node_modules', 'native']) {
    if (existsSync(join(repository, made))) symlinkSync(join(repository, made), join(path, made))
  }
  return {
    program: join(path, 'main.ts'),
    name: commit.slice(0, 7),
    mayComeBack: existsSync(join(path, 'db/upgrades.ts')),
  }
}

async function commitBefore(): Promise<string> {
  const git = ['git', '-C', repository]
  const tag = await run([...git, 'describe', '--tags', '--abbrev=0', 'HEAD^'])
  if (tag.code === 0) return tag.stdout.trim()
  const added = [
    ...[...git, 'log', '-1', '--first-parent', '-m', '--diff-filter=A', '--format=%H'],
    ...['--', 'db/migrations/*.ts', ':!*.test.ts'],
  ]
  const newest = (await must(added)).trim().split('\n')[0] ?? ''
  if (newest === '')
    throw new Error('no version before this one: the drill wants a clone with its history')
  return (await must([...git, 'rev-parse', `${newest}^1`])).trim()
}
