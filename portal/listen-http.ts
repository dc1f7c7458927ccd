import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { listenError } from '#core/listen.ts'
import type { ListenAddress } from '#core/listen.ts'
import type { Hono } from 'hono'
import type { AtOnce } from './answer-at-once.ts'
import { noteForwarded } from './client-address.ts'
import type { TrustedProxies } from './client-address.ts'
import { LIMITS } from './limits.ts'

export interface HttpListener {
  /** Resolves when the port is open. */
  open(): Promise<void>
  /** Takes no new connection, lets requests in flight finish, then lets go of what is left. */
  close(): Promise<void>
}

export function createHttpListener(
  app: Hono,
  atOnce: AtOnce,
  address: ListenAddress,
  trusted: TrustedProxies | null = null,
): HttpListener {
  const server = createServer(
    {
      maxHeaderSize: LIMITS.headerBytes,
      headersTimeout: LIMITS.headersTimeoutMs,
      requestTimeout: LIMITS.requestTimeoutMs,
      keepAliveTimeout: LIMITS.keepAliveMs,
      connectionsCheckingInterval: LIMITS.keepAliveMs,
    },
    requestListener(app, atOnce, trusted),
  )
  server.maxConnections = LIMITS.connections

  return {
    async open() {
      const opened = Promise.withResolvers<void>()
      server.once('error', opened.reject)
      server.listen(address.port, address.host, opened.resolve)
      try {
        await opened.promise
      } catch (thrown) {
        throw listenError(thrown, address, 'guest portal (HTTP)', 'ACCUEIL_HTTP_LISTEN')
      }
      server.off('error', opened.reject)
    },

    async close() {
      if (!server.listening) return
      const closed = Promise.withResolvers<void>()
      server.close(() => closed.resolve())
      const late = setTimeout(() => {
        server.closeAllConnections()
      }, LIMITS.closeGraceMs)
      await closed.promise
      clearTimeout(late)
    },
  }
}

function requestListener(
  app: Hono,
  atOnce: AtOnce,
  trusted: TrustedProxies | null,
): RequestListener {
  // The other parts of the process keep Node's own Request and Response.
  const pipeline = getRequestListener(app.fetch, { overrideGlobalObjects: false })
  return (incoming, outgoing) => {
    if (trusted !== null) noteForwarded(incoming, trusted)
    if (!atOnce(incoming, outgoing)) void pipeline(incoming, outgoing)
  }
}
