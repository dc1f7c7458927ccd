import { run } from './process.ts'

export interface DnsAnswer {
  readonly status: string | null
  readonly flags: readonly string[]
  /** The records of the answer section, one a line, runs of blanks made one. */
  readonly answer: readonly string[]
  readonly authority: readonly string[]
  readonly output: string
}

/** Debian's dig, one question to this port of 127.0.0.1 (or of `@server` among the arguments). */
export async function dig(port: number, ...args: readonly string[]): Promise<DnsAnswer> {
  const server = args.some((arg) => arg.startsWith('@')) ? [] : ['@127.0.0.1']
  const done = await run(['dig', '+tries=1', '+time=3', '-p', `${port}`, ...server, ...args])
  return readAnswer(done.stdout + done.stderr)
}

/** Knot's kdig, the second opinion. */
export async function kdig(port: number, ...args: readonly string[]): Promise<DnsAnswer> {
  const done = await run(['kdig', '+retry=0', '+time=3', '-p', `${port}`, '@127.0.0.1', ...args])
  return readAnswer(done.stdout + done.stderr)
}

/** Reads what dig and kdig print, whose sections are the same but for their titles. */
export function readAnswer(output: string): DnsAnswer {
  const section = (name: string): readonly string[] => {
    const text = new RegExp(`^;; ${name} SECTION:\\n((?:[^;\\n].*\\n)*)`, 'm').exec(output)?.[1]
    const lines = (text ?? '').split('\n').filter((line) => line !== '')
    return lines.map((line) => line.replace(/\s+/g, ' '))
  }
  return {
    status: /status: (\w+)/.exec(output)?.[1] ?? null,
    flags: (/(?:flags|Flags): ([a-z ]+);/.exec(output)?.[1] ?? '').split(' '),
    answer: section('ANSWER'),
    authority: section('AUTHORITY'),
    output,
  }
}
