import { AppError, codeOf, reasonOf } from '#core/error.ts'

/** One verb of the program. */
export interface Command {
  /** What follows the verb on the command line. */
  readonly usage: string
  readonly summary: string
  /** Resolves to the exit code. */
  readonly run: (args: readonly string[]) => Promise<number>
}

export const EXIT_FAILED = 1
const EXIT_USAGE = 2

/** Bad words on the command line; told with the command's usage. */
export class UsageError extends AppError {
  constructor(message: string) {
    super('usage', message)
  }
}

/** Runs the verb that `args` begins with; what goes wrong becomes one sentence and an exit code. */
export async function runCommand(
  commands: Readonly<Record<string, Command>>,
  args: readonly string[],
): Promise<number> {
  const [first = 'help', second = ''] = args
  if (['help', '--help', '-h'].includes(first)) {
    console.log(helpOf(commands))
    return 0
  }
  const name = [`${first} ${second}`, first].find((verb) => commands[verb] !== undefined)
  const command = name === undefined ? undefined : commands[name]
  if (name === undefined || command === undefined) {
    console.error(`accueil: there is no command "${first}"\n\n${helpOf(commands)}`)
    return EXIT_USAGE
  }
  try {
    return await command.run(args.slice(name.split(' ').length))
  } catch (thrown) {
    return report(thrown, `accueil ${name} ${command.usage}`.trim())
  }
}

function report(thrown: unknown, usage: string): number {
  if (thrown instanceof UsageError || isParseArgsError(thrown)) {
    console.error(`accueil: ${reasonOf(thrown)}\nusage: ${usage}`)
    return EXIT_USAGE
  }
  console.error(`accueil: ${reasonOf(thrown)}`)
  // A failure that nobody foresaw is worth its stack; one with a code has its sentence.
  if (!(thrown instanceof AppError) && thrown instanceof Error) console.error(thrown.stack)
  return EXIT_FAILED
}

function isParseArgsError(thrown: unknown): boolean {
  return codeOf(thrown)?.startsWith('ERR_PARSE_ARGS') === true
}

function helpOf(commands: Readonly<Record<string, Command>>): string {
  const lines = Object.entries(commands).map(
    ([name, command]) => `  accueil ${`${name} ${command.usage}`.trim()}\n      ${command.summary}`,
  )
  return `usage: accueil COMMAND …\n\n${lines.join('\n')}`
}
