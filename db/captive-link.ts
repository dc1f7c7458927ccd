import { createHmac, timingSafeEqual } from 'node:crypto'
import { parseMac } from '#core/mac.ts'
import type { Mac } from '#core/mac.ts'
import { entryPath, validSecrets } from './gateway-entry.ts'
import type { Gateway } from './gateways.ts'
import type { NetworkKind } from './sites.ts'

type Signer = Pick<Gateway, 'name' | 'secret'>

/** Which device a link is for, and which network it asked for. */
interface Linked {
  readonly mac: Mac
  readonly network: NetworkKind
}

/** The RADIUS server makes a new one for a device that still has not accepted after an hour. */
export const CAPTIVE_SECONDS = 3_600
/** A device may read as long again. */
const LINK_MS = 2 * CAPTIVE_SECONDS * 1000

/**
 * Where a gateway is told by RADIUS to lead a device: to the gateway's own path, with the address that the
 * gateway itself told us, signed. It ends in `&`, because Cisco's controllers put `&redirect_url=…` behind
 * whatever there is.
 */
export function captiveLink(publicUrl: URL, gateway: Signer, linked: Linked, now: number): string {
  const t = String(Math.floor(now / 1000))
  const sig = signature(gateway, linked, t).toString('hex')
  const which = linked.network === 'staff' ? '&n=staff' : ''
  const query = `mac=${linked.mac.replaceAll(':', '')}&t=${t}&sig=${sig}${which}`
  return `${new URL(entryPath(gateway), publicUrl).href}?${query}&`
}

export type CaptiveLink =
  | ({ readonly ok: true } & Linked)
  | {
      readonly ok: false
      readonly reason: 'malformed' | 'bad-signature' | 'link-expired' | 'clock-ahead'
    }

/** The device of a link, or what is wrong with it. */
export function readCaptiveLink(
  gateway: Signer & Pick<Gateway, 'formerSecret'>,
  query: URLSearchParams,
  now: number,
): CaptiveLink {
  const mac = parseMac(query.get('mac') ?? '')
  const t = query.get('t') ?? ''
  const sig = query.get('sig') ?? ''
  const network = query.get('n') === 'staff' ? 'staff' : 'guest'
  if (mac === null || !/^\d{1,12}$/.test(t) || !/^[0-9a-f]{32}$/i.test(sig)) return no('malformed')
  const given = Buffer.from(sig, 'hex')
  const isOurs = validSecrets(gateway, now).some((secret) =>
    timingSafeEqual(signature({ ...gateway, secret }, { mac, network }, t), given),
  )
  if (!isOurs) return no('bad-signature')
  const age = now - Number(t) * 1000
  if (age > LINK_MS) return no('link-expired')
  return age < -LINK_MS ? no('clock-ahead') : { ok: true, mac, network }
}

function no(reason: Extract<CaptiveLink, { ok: false }>['reason']): CaptiveLink {
  return { ok: false, reason }
}

function signature({ name, secret }: Signer, { mac, network }: Linked, t: string): Buffer {
  const digest = createHmac('sha256', secret)
    .update(`captive link 1\n${name}\n${mac}\n${t}${network === 'staff' ? '\nstaff' : ''}`)
    .digest()
  // Half of it: the link must fit into one attribute.
  return digest.subarray(0, 16)
}
