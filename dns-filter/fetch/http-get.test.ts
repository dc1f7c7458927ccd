import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { LIMITS } from '../limits.ts'
import { httpGet } from './http-get.ts'
import type { GetOptions } from './http-get.ts'

async function serve(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer(answer)
  server.listen(0, '0.0.0.0')
  await once(server, 'listening')
  const address = server.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}/list`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}

async function get(url: string, options: Partial<GetOptions> = {}): Promise<string> {
  const got = await httpGet(url, { allowPrivate: true, ...options })
  if (got.kind === 'failed') return `failed: ${got.reason}`
  return got.kind === 'body' ? Buffer.from(got.body).toString() : got.kind
}

describe('a list is fetched', () => {
  test('with what the last answer said of itself, and not again when it is as it was', async () => {
    await using server = await serve((request, response) => {
      if (request.headers['if-none-match'] === '"v1"') response.writeHead(304).end()
      else
        response.writeHead(200, { etag: '"v1"', 'last-modified': 'yesterday' }).end('bad.example')
    })
    const first = await httpGet(server.url, { allowPrivate: true })
    expect(first).toMatchObject({ kind: 'body', etag: '"v1"', lastModified: 'yesterday' })
    expect(await get(server.url, { etag: '"v1"' })).toBe('unchanged')
  })

  test('zipped for the way, as it comes', async () => {
    const zipped = gzipSync('bad.example')
    await using server = await serve((_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(zipped),
    )
    const got = await httpGet(server.url, { allowPrivate: true })
    expect(got.kind === 'body' ? Buffer.from(got.body) : got).toEqual(zipped)
  })

  test('over redirects, of which there is an end', async () => {
    await using server = await serve((request, response) => {
      const hops = Number(new URL(request.url ?? '', 'http://x').searchParams.get('n') ?? 0)
      if (hops === 0) response.end('bad.example')
      else response.writeHead(302, { location: `/list?n=${hops - 1}` }).end()
    })
    expect(await get(`${server.url}?n=${LIMITS.fetchRedirects}`)).toBe('bad.example')
    expect(await get(`${server.url}?n=${LIMITS.fetchRedirects + 1}`)).toMatch(
      /leads on more than 5/,
    )
  })
})

describe('a list is not fetched', () => {
  test.each([
    'http://127.0.0.1/list',
    'http://[::1]/list',
    'http://10.0.0.1/list',
    'http://169.254.169.254/latest/meta-data',
    'http://0.0.0.0/list',
    'http://[::ffff:127.0.0.1]/list',
    'http://[fd00::1]/list',
    'http://[64:ff9b::7f00:1]/list',
    'http://[2002:7f00:1::]/list',
    'http://localhost/list',
    'http://2130706433/list',
    'http://0x7f.1/list',
  ])('from an address inside: %s', async (url) => {
    expect(await get(url, { allowPrivate: false })).toMatch(/is an address inside/)
  })

  test('from inside by a redirect either', async () => {
    let isAsked = false
    await using inside = await serve((_, response) => {
      isAsked = true
      response.end('secret')
    })
    // 127.0.0.2 plays the outside here.
    const mayReach = (address: string): boolean => address === '127.0.0.2'
    const outside = (url: string): string => url.replace('127.0.0.1', '127.0.0.2')
    for (const [location, reason] of [
      [inside.url, /is an address inside/],
      [inside.url.replace('127.0.0.1', 'localhost'), /is an address inside/],
      ['file:///etc/passwd', /file: is not fetched/],
    ] as const) {
      await using server = await serve((_, response) => response.writeHead(302, { location }).end())
      expect(await get(outside(server.url), { allowPrivate: false, mayReach })).toMatch(reason)
    }
    expect(isAsked).toBe(false)
  })

  test('when the server says no', async () => {
    await using server = await serve((_, response) => response.writeHead(404).end('gone'))
    expect(await get(server.url)).toMatch(/^failed: 127\.0\.0\.1:\d+ answers 404$/)
  })

  test('when it is cut off, with a length and without', async () => {
    await using server = await serve((request, response) => {
      if (request.url?.includes('length') === true) response.setHeader('content-length', 1000)
      response.write('bad.example\n')
      setTimeout(() => response.destroy(), 20)
    })
    expect(await get(`${server.url}?length`)).toMatch(/^failed/)
    expect(await get(server.url)).toMatch(/^failed/)
  })

  test('when it says that it is too long, or is without saying so', async () => {
    await using server = await serve((request, response) => {
      if (request.url?.includes('length') === true) {
        response.writeHead(200, { 'content-length': LIMITS.fetchBytes + 1 }).write('x')
        return
      }
      const chunk = Buffer.alloc(1 << 20, 'a')
      const more = (): void => {
        while (!response.destroyed && response.write(chunk));
        if (!response.destroyed) response.once('drain', more)
      }
      more()
    })
    expect(await get(`${server.url}?length`)).toMatch(/longer than/)
    expect(await get(server.url)).toMatch(/longer than/)
  })

  test('when nothing comes for too long, or little for much too long', async () => {
    await using silent = await serve(() => {})
    expect(await get(silent.url, { pauseMs: 50 })).toMatch(/nothing came for too long/)
    await using slow = await serve((_, response) => {
      const timer = setInterval(() => response.write('.'), 10)
      response.once('close', () => clearInterval(timer))
    })
    expect(await get(slow.url, { timeMs: 200 })).toBe('failed: it took too long')
  })

  test('coded as nobody asked', async () => {
    await using server = await serve((_, response) =>
      response.writeHead(200, { 'content-encoding': 'br' }).end('x'),
    )
    expect(await get(server.url)).toMatch(/coded as br/)
  })
})
