import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { tail } from '../support/peers/process.ts'
import type { Product } from '../support/peers/product.ts'
import type { RunFolder } from '../support/peers/run-folder.ts'

/** What a scenario is given: the product with the fixture applied, and a way to say sentences. */
export interface Scenario {
  readonly product: Product
  /** `ADDRESS:PORT` of the DNS that stands for the internet's, for another start of the product. */
  readonly upstream: string
  /** File of who signed the certificate of DNS over TLS and HTTPS. */
  readonly dnsAuthority: string
  readonly folder: RunFolder
  test(sentence: string, body: () => Promise<void> | void): Promise<void>
}

export interface Tally {
  passed: number
  failed: number
}

/** Runs one scenario; every sentence becomes an `ok` or a `not ok` line with what went wrong. */
export async function runScenario(
  name: string,
  scenario: (s: Scenario) => Promise<void>,
  { tally, ...given }: Omit<Scenario, 'test'> & { readonly tally: Tally },
): Promise<void> {
  const started = Date.now()
  console.log(`# ${name}`)
  const test = async (sentence: string, body: () => Promise<void> | void): Promise<void> => {
    const began = Date.now()
    try {
      await body()
      tally.passed++
      console.log(`ok     ${sentence} (${Date.now() - began} ms)`)
    } catch (error) {
      tally.failed++
      console.log(`not ok ${sentence} (${Date.now() - began} ms)`)
      console.log(indent(text(error)))
      for (const file of logsSince(given.folder.path, started)) {
        console.log(indent(`--- the end of ${file}`))
        console.log(indent(tail(file)))
      }
    }
  }
  try {
    await scenario({ ...given, test })
  } catch (error) {
    await test(`${name} could be set up and taken down`, () => Promise.reject(error))
  }
  console.log(`# ${name}: ${((Date.now() - started) / 1000).toFixed(1)} s`)
}

function logsSince(folder: string, time: number): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.log'))
    .map((name) => join(folder, name))
    .filter((file) => statSync(file).mtimeMs >= time)
}

function text(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

function indent(block: string): string {
  return block.replace(/^/gm, '       ')
}
