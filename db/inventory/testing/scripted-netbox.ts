import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One place of the scripted NetBox. */
export interface NetBoxPlace {
  readonly slug: string
  readonly name?: string
  readonly status?: string
  readonly tenant?: string
  readonly guest?: string
  readonly staff?: string
  readonly gateway?: string
  readonly address?: string
  readonly physical?: string
}

export interface ScriptedNetBox extends AsyncDisposable {
  readonly url: string
  places: readonly NetBoxPlace[]
  /** Instead of a page: how NetBox, or what stands before it, can go wrong. */
  trouble:
    | null
    | 'sign-in page'
    | 'breaks off'
    | 'half a list'
    | 'error'
    | 'silence'
    | 'elsewhere'
    | 'slow'
  readonly asked: readonly string[]
}

const SLOW_MS = 60_000

export const NETBOX_TOKEN = '0123456789abcdef0123456789abcdef01234567'

/** NetBox 4.4's REST API as far as it is asked: pages of `count`, `next`, `results`; `Authorization: Token`. */
export async function scriptedNetBox(): Promise<ScriptedNetBox> {
  const asked: string[] = []
  const box: { places: readonly NetBoxPlace[]; trouble: ScriptedNetBox['trouble'] } = {
    places: [],
    trouble: null,
  }
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', `http://${request.headers.host}`)
    asked.push(`${url.pathname}${url.search}`)
    const send = (status: number, body: object | string, type = 'application/json'): void => {
      response.writeHead(status, { 'Content-Type': type })
      response.end(typeof body === 'string' ? body : JSON.stringify(body))
    }
    if (request.headers.authorization !== `Token ${NETBOX_TOKEN}`) {
      return send(403, { detail: 'Invalid token' })
    }
    if (box.trouble === 'sign-in page')
      return send(200, '<!doctype html><title>Sign in</title>', 'text/html')
    if (box.trouble === 'error') return send(502, 'Bad gateway', 'text/plain')
    if (box.trouble === 'silence') return void request.socket.destroy()
    if (box.trouble === 'slow') {
      // Begins at once, and ends after anybody's patience.
      response.writeHead(200, { 'Content-Type': 'application/json' })
      response.write('{"count": 0, ')
      return void setTimeout(() => response.end('"next": null, "results": []}'), SLOW_MS).unref()
    }
    const rows = rowsOf(url, box.places)
    if (rows === null) return send(404, { detail: 'Not found.' })
    const limit = Math.min(Number(url.searchParams.get('limit') ?? 50), 1000)
    const offset = Number(url.searchParams.get('offset') ?? 0)
    const next = new URL(url)
    next.searchParams.set('offset', String(offset + limit))
    const hasMore = offset + limit < rows.length
    const results = rows.slice(offset, offset + limit)
    const elsewhere = box.trouble === 'elsewhere' ? 'https://evil.example/api/dcim/sites/' : null
    const page = {
      count: rows.length,
      next: elsewhere ?? (hasMore ? next.href : null),
      previous: null,
      results: box.trouble === 'half a list' ? results.slice(1) : results,
    }
    if (box.trouble === 'breaks off') return send(200, JSON.stringify(page).slice(0, -9))
    send(200, page)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return Object.assign(box, {
    url: `http://127.0.0.1:${port}`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  })
}

function rowsOf(url: URL, places: readonly NetBoxPlace[]): readonly object[] | null {
  const role = url.searchParams.get('role')
  switch (url.pathname) {
    case '/api/dcim/sites/':
      return places.map(
        ({ slug, name = slug, status = 'active', tenant = '75', physical = '' }, i) => ({
          ...{ id: i + 1, name, slug, facility: '', time_zone: 'Europe/Paris', tags: [] },
          physical_address: physical,
          status: { value: status, label: status },
          tenant: { id: 1, name: tenant, slug: tenant },
          custom_fields: {},
        }),
      )
    case '/api/ipam/prefixes/':
      return places.flatMap((place, i) => {
        const prefix = role === 'guest' ? place.guest : place.staff
        if (prefix === undefined) return []
        return [
          {
            ...{ id: i + 1, prefix, scope_type: 'dcim.site', scope_id: i + 1 },
            role: { id: 1, slug: role },
            vlan: role === 'staff' ? { id: 4, vid: 20 } : null,
          },
        ]
      })
    case '/api/dcim/devices/':
      return places.flatMap(({ gateway, address }, i) =>
        gateway === undefined
          ? []
          : [
              {
                ...{ id: i + 1, name: gateway, site: { id: i + 1 }, role: { id: 2, slug: role } },
                platform: null,
                primary_ip: address === undefined ? null : { address: `${address}/30` },
              },
            ],
      )
    default:
      return null
  }
}
