import { vi } from 'vitest'

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
