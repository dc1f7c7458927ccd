import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'

interface Terminal extends NodeJS.ReadableStream {
  readonly isTTY?: boolean
}

/** Asks on the terminal without showing what is typed; where there is none, the first line of `input`. */
export async function askPassword(
  question: string,
  input: Terminal = process.stdin,
  output: NodeJS.WritableStream = process.stderr,
): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const terminal = input.isTTY === true
  if (terminal) output.write(question)
  const lines = createInterface({ input, output: silent, terminal })
  try {
    for await (const line of lines) return line
    return ''
  } finally {
    lines.close()
    if (terminal) output.write('\n')
  }
}
