import { request } from 'node:http'
import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import { answerAtOnce } from './answer-at-once.ts'
import { PrefixTable } from '#core/ip.ts'
import type { TrustedProxies } from './client-address.ts'
import { createHttpListener } from './listen-http.ts'
import type { HttpListener } from './listen-http.ts'
import { formAction, signedLink, testPortal } from './portal-fixture.ts'

/** An address of our own, so that no other program's port is met. */
const HOST = '127.0.77.1'

function listenerAt(
  port: number,
  { app, services } = testPortal(),
  trusted: TrustedProxies | null = null,
): HttpListener {
  return createHttpListener(app, answerAtOnce(services), { host: HOST, port }, trusted)
}

async function listening<T>(
  port: number,
  work: () => Promise<T>,
  portal = testPortal({ publicUrl: `http://${HOST}:${port}` }),
): Promise<T> {
  const listener = listenerAt(port, portal)
  await listener.open()
  try {
    return await work()
  } finally {
    await listener.close()
  }
}

function raw(port: number, text: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const socket = connect(port, HOST, () => socket.write(text))
  let answer = ''
  socket.on('data', (chunk) => {
    answer += chunk.toString()
  })
  socket.on('end', () => resolve(answer))
  socket.on('error', reject)
  return promise
}

describe('the HTTP listener', () => {
  test('knows the place of a phone by the word of a trusted proxy, and of nobody else', async () => {
    const port = 18_089
    const url = `http://${HOST}:${port}`
    const isCaptive = async (): Promise<unknown> => {
      const headers = { 'x-forwarded-for': '192.168.77.9' }
      const answer = await fetch(`${url}/captive-portal/api`, { headers })
      return ((await answer.json()) as { captive: unknown }).captive
    }
    const told: unknown[] = []
    for (const trusted of [null, new PrefixTable<true>([['127.0.0.0/8', true]])]) {
      const listener = listenerAt(port, testPortal({ publicUrl: url }), trusted)
      await listener.open()
      told.push(await isCaptive())
      await listener.close()
    }
    expect(told).toEqual([false, true])
  })

  test('serves', async () => {
    await listening(18_093, async () => {
      const response = await fetch(`http://${HOST}:18093/healthz`)
      expect(response.status).toBe(200)
    })
  })

  test('knows the device by its socket', async () => {
    await listening(18_094, async () => {
      const response = await fetch(`http://${HOST}:18094/captive-portal/api`)
      expect(await response.json()).toEqual({ captive: false })
    })
  })

  // It is written past the Response that tests without a socket see.
  test('sends the terms page as it is without a socket, header by header', async () => {
    await listening(18_096, async () => {
      const headers = { 'Accept-Language': 'fr' }
      const sent = await fetch(`http://${HOST}:18096${signedLink()}`, { headers })
      const seen = await testPortal().get(signedLink(), { headers })
      const known = [...seen.headers].filter(([name]) => name !== 'content-length')
      expect(known.length).toBeGreaterThan(8)
      expect(Object.fromEntries(sent.headers)).toMatchObject(Object.fromEntries(known))
      const page = Buffer.from(await sent.arrayBuffer())
      expect(sent.headers.get('Content-Length')).toBe(String(page.length))
      expect(page.toString()).toContain('</html>')
      const head = await fetch(`http://${HOST}:18096${signedLink()}`, { method: 'HEAD', headers })
      expect(head.status).toBe(200)
      expect(head.headers.get('Content-Security-Policy')).toMatch(/^default-src/)
      expect(await head.text()).toBe('')
    })
  })

  test('refuses headers beyond the limit', async () => {
    await listening(18_095, async () => {
      const answer = await raw(
        18_095,
        `GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`,
      )
      expect(answer).toMatch(/^HTTP\/1\.1 431 /)
    })
  })

  test.each([
    'nonsense\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n',
    'GET http://[ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    'POST /guest/accept HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
  ])('answers %j with an error and goes on serving', async (text) => {
    await listening(18_096, async () => {
      expect(await raw(18_096, text)).toMatch(/^HTTP\/1\.1 4\d\d /)
      expect((await fetch(`http://${HOST}:18096/healthz`)).status).toBe(200)
    })
  })

  test('answers a body beyond the limit before it has come to its end', async () => {
    await listening(18_099, async () => {
      const portal = testPortal()
      const action = formAction(await (await portal.get(signedLink())).text())
      const head = `POST ${action} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n`
      const sent = `${head}Content-Length: 1000000\r\n\r\n${'y'.repeat(20_000)}`
      // The listener's own clock is the fixture's: the form is as fresh there.
      expect(await raw(18_099, sent)).toMatch(/^HTTP\/1\.1 413 /)
    })
  })

  test('names the port and the variable when another program has it', async () => {
    await listening(18_097, async () => {
      const second = listenerAt(18_097)
      await expect(second.open()).rejects.toThrow(/18097.*in use.*ACCUEIL_HTTP_LISTEN/)
    })
  })

  test('lets go of an idle connection when it closes', async () => {
    const listener = listenerAt(18_098)
    await listener.open()
    const { promise, resolve } = Promise.withResolvers<void>()
    request({ host: HOST, port: 18_098, path: '/healthz', agent: false }, (response) => {
      response.resume().on('end', resolve)
    })
      .setHeader('Connection', 'keep-alive')
      .end()
    await promise
    const began = Date.now()
    await listener.close()
    expect(Date.now() - began).toBeLessThan(2_500)
  })
})
