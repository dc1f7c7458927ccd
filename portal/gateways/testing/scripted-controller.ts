import { createServer } from 'node:https'
import type { IncomingHttpHeaders } from 'node:http'
import type { Controller } from '#db/gateway-kinds.ts'
import { selfSigned } from '../../../test/support/gateway-certificate.ts'
import type { TestCertificate } from '../../../test/support/gateway-certificate.ts'

export interface Asked {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: unknown
}

export interface Told {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  /** Sent as JSON; a string is sent as it is. */
  readonly body?: unknown
  /** Says nothing. */
  readonly silent?: boolean
}

/** A controller on loopback with a certificate that it made itself, and a script of what it answers. */
export interface ScriptedController extends AsyncDisposable {
  readonly url: string
  /** What a declaration pins. */
  readonly certificate: string
  readonly asked: Asked[]
}

let pair: Promise<TestCertificate> | undefined

export async function startController(script: (asked: Asked) => Told): Promise<ScriptedController> {
  pair ??= selfSigned('controller')
  const { pem, keyPem, sha256 } = await pair
  const asked: Asked[] = []
  const server = createServer({ cert: pem, key: keyPem }, (incoming, outgoing) => {
    const chunks: Uint8Array[] = []
    incoming.on('data', (chunk: Uint8Array) => chunks.push(chunk))
    incoming.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8')
      const { method = '', url: path = '', headers } = incoming
      const body = text === '' ? undefined : (JSON.parse(text) as unknown)
      const one = { method, path, headers, body }
      asked.push(one)
      const told = script(one)
      if (told.silent === true) return
      for (const [name, value] of Object.entries(told.headers ?? {}))
        outgoing.setHeader(name, value)
      outgoing.statusCode = told.status ?? 200
      outgoing.end(typeof told.body === 'string' ? told.body : JSON.stringify(told.body))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `https://127.0.0.1:${port}`,
    certificate: sha256,
    asked,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** What a controller would be declared as. */
export function reach(
  { url, certificate }: Pick<ScriptedController, 'url' | 'certificate'>,
  rest: Partial<Controller>,
): Controller {
  return { url, certificate, ...rest }
}
