import { eventually, must, run, start } from './process.ts'
import type { Running } from './process.ts'
import type { RunFolder } from './run-folder.ts'

export interface Named extends AsyncDisposable {
  readonly port: number
  /** File of the key that may transfer and change the zone. */
  readonly keyFile: string
  /** Another key, of HMAC-SHA512, which may transfer it. */
  readonly longKeyFile: string
  /** `update add …` lines of nsupdate. */
  change(lines: readonly string[]): Promise<void>
  output(): string
}

/** BIND as the primary of one zone, which it gives only to who has its key. */
export async function startNamed(
  folder: RunFolder,
  port: number,
  zone: string,
  text: string,
): Promise<Named> {
  const key = await must(['tsig-keygen', '-a', 'hmac-sha256', 'feed.example'])
  const keyFile = folder.write('feed.key', key)
  const longKey = await must(['tsig-keygen', '-a', 'hmac-sha512', 'long.example'])
  const longKeyFile = folder.write('long.key', longKey)
  const file = folder.write(`${zone}.zone`, text)
  const settings = folder.write(
    'named.conf',
    `include "${keyFile}";
include "${longKeyFile}";
options {
  directory "${folder.path}";
  pid-file none;
  session-keyfile none;
  listen-on port ${port} { 127.0.0.1; };
  listen-on-v6 { none; };
  recursion no;
  notify no;
  dnssec-validation no;
  allow-transfer { key "feed.example"; key "long.example"; };
};
controls { };
zone "${zone}" { type primary; file "${file}"; allow-update { key "feed.example"; }; };
`,
  )
  const running: Running = start('named', ['named', '-g', '-c', settings], { folder })
  await eventually(
    'named answers',
    async () => {
      if (!running.alive()) throw new Error(`named ended:\n${running.output()}`)
      const asked = ['dig', '+short', '+time=1', '+tries=1', '-p', `${port}`, '@127.0.0.1']
      return (await run([...asked, zone, 'SOA'])).stdout.trim() !== ''
    },
    60_000,
  )
  return {
    port,
    keyFile,
    longKeyFile,
    output: () => running.output(),
    async change(lines) {
      const script = folder.write(
        'nsupdate.txt',
        [`server 127.0.0.1 ${port}`, `zone ${zone}`, ...lines, 'send', ''].join('\n'),
      )
      await must(['nsupdate', '-k', keyFile, script])
    },
    async [Symbol.asyncDispose]() {
      await running.stop()
    },
  }
}
