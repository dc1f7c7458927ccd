import { run } from './process.ts'

export interface RadclientAnswer {
  /** 'Access-Accept', 'Accounting-Response', … or null: nothing came. */
  readonly reply: string | null
  readonly output: string
}

/** Debian's radclient: one request of these attributes, sent once. */
export async function radclient(o: {
  readonly port: number
  readonly kind: 'auth' | 'acct' | 'status'
  readonly secret: string
  readonly attributes: readonly string[]
  readonly waitSeconds?: number
  /** How often it is sent, each as a request of its own. */
  readonly times?: number
}): Promise<RadclientAnswer> {
  const command = [
    'radclient',
    '-x',
    '-r',
    '1',
    '-t',
    `${o.waitSeconds ?? 5}`,
    '-c',
    `${o.times ?? 1}`,
  ]
  const input = `${o.attributes.join('\n')}\n`
  const done = await run([...command, `127.0.0.1:${o.port}`, o.kind, o.secret], { input })
  const output = done.stdout + done.stderr
  return { reply: /^Received (\S+) /m.exec(output)?.[1] ?? null, output }
}
