import { vi } from 'vitest'
import { runCommand } from '../run.ts'
import { commands } from '../table.ts'

export interface Said {
  readonly code: number
  readonly out: readonly string[]
  readonly errors: readonly string[]
}

/** Runs a command on that database, with the key of the tests' seal, and hears what it says. */
export async function runAt(url: string, run: () => Promise<number>): Promise<Said> {
  vi.stubEnv('DATABASE_URL', url)
  vi.stubEnv('ACCUEIL_MASTER_KEY', '07'.repeat(32))
  const said = { out: [] as string[], errors: [] as string[] }
  const out = vi.spyOn(console, 'log').mockImplementation((line) => void said.out.push(line))
  const errors = vi
    .spyOn(console, 'error')
    .mockImplementation((line) => void said.errors.push(line))
  try {
    return { code: await run(), ...said }
  } finally {
    out.mockRestore()
    errors.mockRestore()
    vi.unstubAllEnvs()
  }
}

/**
 * The words of a command line on that database, in this process: for what a command says and does. That
 * what it prints streams, what it takes from its input and how it starts need a process of their own.
 */
export async function accueilAt(
  url: string,
  ...words: readonly string[]
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  let written = ''
  // What goes there piece by piece, as a list does that may be long.
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text, ...rest) => {
    written += String(text)
    const done = rest.at(-1)
    if (typeof done === 'function') done()
    return true
  })
  try {
    const { code, out, errors } = await runAt(url, () => runCommand(commands, words))
    const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('')
    return { code, stdout: text(out) + written, stderr: text(errors) }
  } finally {
    write.mockRestore()
  }
}
