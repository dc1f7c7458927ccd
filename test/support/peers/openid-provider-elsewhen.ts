import { spawn } from 'node:child_process'
import { once } from 'node:events'

export interface ProviderElsewhen extends AsyncDisposable {
  readonly issuer: string
}

/** The real provider in a process of its own, whose clock is so many seconds before or after ours. */
export async function startProviderElsewhen(
  portal: string,
  name: string,
  seconds: number,
): Promise<ProviderElsewhen> {
  const child = spawn(process.execPath, [import.meta.filename, portal, name, `${seconds}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const [issuer] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string]
  return {
    issuer: issuer.trim(),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exited
    },
  }
}

if (import.meta.main) {
  const [portal = '', name = '', seconds = ''] = process.argv.slice(2)
  const ours = Date.now
  Date.now = () => ours() + Number(seconds) * 1000
  // After it, so that nothing of it has seen another time.
  const { startOpenidProvider } = await import('./openid-provider.ts')
  const { issuer } = await startOpenidProvider(portal, name)
  process.stdout.write(`${issuer}\n`)
}
