import { eventually, run, start } from './process.ts'
import type { Running } from './process.ts'
import type { RunFolder } from './run-folder.ts'

/** unbound that knows only these names: the internet's DNS of the suite, or the peer of a bench. */
export async function startUnbound(
  folder: RunFolder,
  port: number,
  server: readonly string[],
): Promise<Running> {
  const settings = folder.write(
    'unbound.conf',
    `server:
  interface: 127.0.0.1
  port: ${port}
  do-daemonize: no
  use-syslog: no
  logfile: ""
  verbosity: 1
  chroot: ""
  username: ""
  directory: "${folder.path}"
  pidfile: ""
  access-control: 127.0.0.0/8 allow
  module-config: "iterator"
${server.map((line) => `  ${line}\n`).join('')}
remote-control:
  control-enable: no
`,
  )
  const running = start('unbound', ['unbound', '-d', '-c', settings], { folder })
  await eventually(
    'unbound answers',
    async () => {
      if (!running.alive()) throw new Error(`unbound ended:\n${running.output()}`)
      const asked = ['dig', '+time=1', '+tries=1', '-p', `${port}`, '@127.0.0.1', 'localhost']
      return (await run(asked)).code === 0
    },
    60_000,
  )
  return running
}
