/** A browser without a window: cookies by origin, redirects step by step, forms with their origin. */
export interface PlainBrowser {
  /** Follows redirects to the page at their end. */
  open(address: string): Promise<BrowserPage>
  /** One step: where it leads is in `location`. */
  step(address: string): Promise<BrowserPage>
  /** Sends the first form of the page whose address is `action`, with its hidden fields. */
  submit(
    page: BrowserPage,
    action: string,
    fields: Readonly<Record<string, string>>,
  ): Promise<BrowserPage>
  cookie(name: string): string | undefined
  setCookie(origin: string, name: string, value: string): void
  forget(origin: string): void
}

export interface BrowserPage {
  readonly url: string
  readonly status: number
  readonly headers: Headers
  readonly body: string
  /** The same as it came: for a file. */
  readonly octets: Buffer
  readonly location: string | null
}

const MOST_STEPS = 12

export function plainBrowser(
  userAgent = 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0',
): PlainBrowser {
  const jar = new Map<string, Map<string, string>>()
  const cookiesOf = (origin: string): Map<string, string> => {
    const held = jar.get(origin) ?? new Map<string, string>()
    jar.set(origin, held)
    return held
  }

  async function send(address: string, init: RequestInit): Promise<BrowserPage> {
    const { origin } = new URL(address)
    const cookies = cookiesOf(origin)
    const headers = new Headers(init.headers)
    headers.set('User-Agent', userAgent)
    headers.set('Cookie', [...cookies].map(([name, value]) => `${name}=${value}`).join('; '))
    const response = await fetch(address, { ...init, headers, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';')
      const name = pair.slice(0, pair.indexOf('='))
      if (/; *(Max-Age=0|expires=Thu, 01 Jan 1970)/i.test(line)) cookies.delete(name)
      else cookies.set(name, pair.slice(name.length + 1))
    }
    const to = response.headers.get('Location')
    const octets = Buffer.from(await response.arrayBuffer())
    return {
      url: address,
      status: response.status,
      headers: response.headers,
      body: octets.toString('utf8'),
      octets,
      location: to === null ? null : new URL(to, address).href,
    }
  }
  async function follow(first: BrowserPage): Promise<BrowserPage> {
    let page = first
    for (let steps = 0; page.location !== null && steps < MOST_STEPS; steps += 1) {
      page = await send(page.location, {})
    }
    return page
  }
  return {
    step: (address) => send(address, {}),
    open: async (address) => follow(await send(address, {})),
    async submit(page, action, fields) {
      const form = [...page.body.matchAll(/<form[^>]* action="([^"]*)"[^>]*>(.*?)<\/form>/gs)].find(
        ([, its = '']) => its.replaceAll('&amp;', '&') === action,
      )
      if (form === undefined) throw new Error(`${page.url} has no form for ${action}`)
      const body = new URLSearchParams()
      for (const [input] of (form[2] ?? '').matchAll(/<input[^>]*type="hidden"[^>]*>/g)) {
        const name = /name="([^"]*)"/.exec(input)?.[1] ?? ''
        body.set(name, (/value="([^"]*)"/.exec(input)?.[1] ?? '').replaceAll('&amp;', '&'))
      }
      for (const [name, value] of Object.entries(fields)) body.set(name, value)
      const { origin } = new URL(page.url)
      const to = new URL(action, page.url).href
      return follow(await send(to, { method: 'POST', body, headers: { Origin: origin } }))
    },
    cookie: (name) =>
      [...jar.values()].map((cookies) => cookies.get(name)).find((value) => value !== undefined),
    forget: (origin) => void jar.delete(origin),
    setCookie: (origin, name, value) => void cookiesOf(origin).set(name, value),
  }
}
