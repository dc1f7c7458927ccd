import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'

export interface Mail {
  readonly from: string
  readonly to: readonly string[]
  /** With its header, as it came over the wire. */
  readonly text: string
  readonly secure: boolean
  readonly user: string
}

/** A mail server on loopback: with STARTTLS and the password `right`, or with neither. */
export async function mailServer(
  got: Mail[],
  tls: { readonly key: string; readonly cert: string } | null,
  /** Null: the recipient is taken. */
  refuse: (recipient: string) => { readonly code: number; readonly text: string } | null = () =>
    null,
): Promise<AsyncDisposable & { readonly port: number }> {
  const server = new SMTPServer({
    ...(tls ?? { hideSTARTTLS: true, authOptional: true }),
    onAuth: ({ username, password }, _, done) =>
      password === 'right' ? done(null, { user: username }) : done(new Error('no')),
    onRcptTo({ address }, _, done) {
      const refusal = refuse(address)
      if (refusal === null) return done()
      done(Object.assign(new Error(refusal.text), { responseCode: refusal.code }))
    },
    onData(stream, session, done) {
      let text = ''
      stream.on('data', (chunk: Buffer) => (text += chunk.toString()))
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope
        const from = mailFrom === false ? '' : mailFrom.address
        const to = rcptTo.map(({ address }) => address)
        got.push({ from, to, text, secure: session.secure, user: String(session.user ?? '') })
        done()
      })
    },
  })
  server.on('error', () => {})
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done))
  return {
    port: (server.server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () => new Promise<void>((done) => server.close(() => done())),
  }
}
