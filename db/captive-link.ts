import { createHmac, timingSafeEqual } from 'node:crypto'
import { parseMac } from '#core/mac.ts'
import type { Mac } from '#core/mac.ts'
import { entryPath, validSecrets } from './gateway-entry.ts'
import type { Gateway } from './gateways.ts'

type Signer = Pick<Gateway, 'name' | 'secret'>

/** The RADIUS server makes a new one for a device that still has not accepted after an hour. */
export const CAPTIVE_SECONDS = 3_600
/** A device may read as long again. */
const LINK_MS = 2 * CAPTIVE_SECONDS * 1000

/**
 * Where a gateway is told by RADIUS to lead a device: to the gateway's own path, with the address that the
 * gateway itself told us, signed. It ends in `&`, because Cisco's controllers put `&redirect_url=…` behind
 * whatever there is.
 */
export function captiveLink(publicUrl: URL, gateway: Signer, mac: Mac, now: number): string {
  const t = String(Math.floor(now / 1000))
  const query = `mac=${mac.replaceAll(':', '')}&t=${t}&sig=${signature(gateway, mac, t).toString('hex')}`
  return `${new URL(entryPath(gateway), publicUrl).href}?${query}&`
}

export type CaptiveLink =
  | { readonly ok: true; readonly mac: Mac }
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
  if (mac === null || !/^\d{1,12}$/.test(t) || !/^[0-9a-f]{32}$/i.test(sig)) return no('malformed')
  const given = Buffer.from(sig, 'hex')
  const isOurs = validSecrets(gateway, now).some((secret) =>
    timingSafeEqual(signature({ ...gateway, secret }, mac, t), given),
  )
  if (!isOurs) return no('bad-signature')
  const age = now - Number(t) * 1000
  if (age > LINK_MS) return no('link-expired')
  return age < -LINK_MS ? no('clock-ahead') : { ok: true, mac }
}

function no(reason: Extract<CaptiveLink, { ok: false }>['reason']): CaptiveLink {
  return { ok: false, reason }
}

function signature({ name, secret }: Signer, mac: Mac, t: string): Buffer {
  const digest = createHmac('sha256', secret)
    .update(`captive link 1\n${name}\n${mac}\n${t}`)
    .digest()
  // Half of it: the link must fit into one attribute.
  return digest.subarray(0, 16)
}
