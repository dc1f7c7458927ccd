import { createHmac } from 'node:crypto'

/** The address a gateway of kind `generic` sends a phone to. */
export function signedPath(o: {
  readonly gateway: string
  readonly secret: string
  readonly mac: string
  readonly ip: string
  readonly at?: Date
}): string {
  const t = `${Math.floor((o.at ?? new Date()).getTime() / 1000)}`
  const sig = createHmac('sha256', o.secret)
    .update([o.gateway, o.mac, o.ip, t].join('\n'))
    .digest('hex')
  const query = new URLSearchParams({ gateway: o.gateway, mac: o.mac, ip: o.ip, t, sig })
  return `/guest?${query.toString()}`
}

export interface Form {
  readonly action: string
  readonly fields: URLSearchParams
}

/** The terms page's form as a browser would send it: where to, and its hidden fields. */
export function readForm(html: string): Form {
  const form = /<form\b[^>]*>[\s\S]*?<\/form>/i.exec(
    /<form\b(?=[^>]*post)[\s\S]*$/i.exec(html)?.[0] ?? '',
  )
  if (form === null) throw new Error(`no form to post in this page:\n${html}`)
  const fields = new URLSearchParams()
  for (const [input] of form[0].matchAll(/<input\b[^>]*>/gi)) {
    const name = readAttribute(input, 'name')
    if (name !== null) fields.set(name, readAttribute(input, 'value') ?? 'on')
  }
  fields.set('accept', 'yes')
  return { action: readAttribute(form[0], 'action') ?? '', fields }
}

/** Opens the page and accepts, as a phone does. Returns the answer to the post. */
export async function acceptTerms(portalUrl: string, path: string): Promise<Response> {
  const page = await fetch(new URL(path, portalUrl))
  const { action, fields } = readForm(await page.text())
  const to = new URL(action, page.url)
  return fetch(to, {
    method: 'POST',
    body: fields,
    headers: { origin: to.origin },
    redirect: 'manual',
  })
}

function readAttribute(tag: string, name: string): string | null {
  const value = new RegExp(`\\s${name}="([^"]*)"`, 'i').exec(tag)?.[1]
  return value?.replaceAll('&amp;', '&').replaceAll('&quot;', '"').replaceAll('&#39;', "'") ?? null
}
