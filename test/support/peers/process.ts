import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RunFolder } from './run-folder.ts'

/** A peer that runs until it is stopped; everything it prints is kept in the run's folder. */
export interface Running extends AsyncDisposable {
  readonly name: string
  readonly pid: number
  readonly logFile: string
  readonly exited: Promise<Exit>
  alive(): boolean
  output(): string
  /** Resolves with the first match in all that was printed so far or will be within `ms`. */
  printed(pattern: RegExp, ms?: number): Promise<RegExpExecArray>
  /** Asks it to end, then ends what it started and left. */
  stop(signal?: NodeJS.Signals): Promise<Exit>
  /** SIGKILL to this one process: what it started stays, as after a crash. */
  crash(): Promise<Exit>
}

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface StartOptions {
  readonly folder: RunFolder
  readonly namespace?: string | undefined
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
  readonly cwd?: string | undefined
}

export interface Finished extends Exit {
  readonly stdout: string
  readonly stderr: string
}

const TERMINATE_MS = 60_000

/** `ip netns exec` replaces itself by the command, so the pid stays the command's own. */
function inNamespace(namespace: string | undefined, command: readonly string[]): readonly string[] {
  return namespace === undefined ? command : ['ip', 'netns', 'exec', namespace, ...command]
}

export function start(
  name: string,
  command: readonly string[],
  { folder, namespace, env, cwd }: StartOptions,
): Running {
  const logFile = folder.fresh(`${name}.log`)
  const log = openSync(logFile, 'a')
  const [program = '', ...rest] = inNamespace(namespace, command)
  // A group of its own: what the peer starts (openNDS runs shell scripts) ends with it, and
  // Ctrl-C in the terminal reaches only the suite, which then stops its peers in order.
  const child = spawn(program, rest, {
    detached: true,
    stdio: ['ignore', log, log],
    env: { ...process.env, ...env },
    cwd,
  })
  closeSync(log)
  const pid = child.pid ?? 0
  let exit: Exit | null = null
  const exited = new Promise<Exit>((resolve) => {
    child.once('error', () => resolve((exit = { code: 127, signal: null })))
    child.once('exit', (code, signal) => resolve((exit = { code, signal })))
  })
  if (pid > 0) folder.remember(pid, name)

  const output = (): string => readFileSync(logFile, 'utf8')
  const printed = async (pattern: RegExp, ms = 60_000): Promise<RegExpExecArray> => {
    for (const end = Date.now() + ms; ; await sleep(25)) {
      const over = exit
      const found = pattern.exec(output())
      if (found) return found
      if (over) throw new Error(`${name} ended (${describe(over)}) before it printed ${pattern}`)
      if (Date.now() > end) throw new Error(`${name} did not print ${pattern} within ${ms} ms`)
    }
  }
  const stop = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<Exit> => {
    if (exit === null && pid > 0) {
      process.kill(pid, signal)
      const timer = setTimeout(() => signalGroup(pid, 'SIGKILL'), TERMINATE_MS)
      await exited
      clearTimeout(timer)
    }
    if (pid > 0) {
      signalGroup(pid, 'SIGKILL')
      folder.forget(pid)
    }
    return exited
  }
  const crash = async (): Promise<Exit> => {
    if (exit === null) process.kill(pid, 'SIGKILL')
    return exited
  }
  return {
    name,
    pid,
    logFile,
    exited,
    alive: () => exit === null,
    output,
    printed,
    stop,
    crash,
    [Symbol.asyncDispose]: async () => void (await stop()),
  }
}

/** Runs a command to its end. Never throws for an exit code: the caller judges it. */
export async function run(
  command: readonly string[],
  options: {
    readonly input?: string | undefined
    readonly timeoutMs?: number | undefined
    readonly namespace?: string | undefined
    readonly env?: Readonly<Record<string, string | undefined>> | undefined
    readonly cwd?: string | undefined
  } = {},
): Promise<Finished> {
  const [program = '', ...rest] = inNamespace(options.namespace, command)
  const child = spawn(program, rest, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
    cwd: options.cwd,
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  child.stdin.on('error', () => undefined).end(options.input ?? '')
  const timer = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs ?? 180_000)
  return new Promise<Finished>((resolve) => {
    const finish = (code: number | null, signal: NodeJS.Signals | null): void => {
      clearTimeout(timer)
      resolve({ code, signal, stdout, stderr })
    }
    child.once('error', (error) => {
      stderr += error.message
      finish(127, null)
    })
    child.once('close', finish)
  })
}

/** For the steps of a set-up, where anything but exit code 0 is the suite's own trouble. */
export async function must(
  command: readonly string[],
  options: Parameters<typeof run>[1] = {},
): Promise<string> {
  const done = await run(command, options)
  if (done.code === 0) return done.stdout
  throw new Error(`${command.join(' ')}: ${describe(done)}\n${done.stdout}${done.stderr}`.trim())
}

/** Polls until `check` gives something; the last thing to try before calling it a failure. */
export async function eventually<T>(
  what: string | (() => string),
  check: () => Promise<T | null | undefined | false> | T | null | undefined | false,
  ms = 30_000,
): Promise<T> {
  for (const end = Date.now() + ms; ; await sleep(100)) {
    const value = await check()
    if (value !== null && value !== undefined && value !== false) return value
    if (Date.now() > end) {
      throw new Error(`not within ${ms} ms: ${typeof what === 'string' ? what : what()}`)
    }
  }
}

export function tail(file: string, lines = 25): string {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines).join('\n')
}

export function describe({ code, signal }: Exit): string {
  return signal === null ? `exit code ${code}` : `ended by ${signal}`
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal)
  } catch {
    // The group is gone: that is what was wanted.
  }
}

export const repository: string = join(import.meta.dirname, '../../..')
