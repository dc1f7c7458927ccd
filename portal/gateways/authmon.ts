import { parseMac } from '#core/mac.ts'
import type { Mac } from '#core/mac.ts'
import type { PendingOpening } from '#db/openings.ts'

/** openNDS's AuthMon asks over HTTP whom to let in, and says whom it let in and whom it put out. */
export type AuthMonRequest =
  | { readonly ask: 'clear' }
  | { readonly ask: 'list' }
  | { readonly ask: 'acknowledge'; readonly keys: readonly string[] }
  | { readonly ask: 'ended'; readonly end: AuthMonEnd }
  /** Something its owner added. */
  | { readonly ask: 'custom' }

/** A session that the gateway ended: what RADIUS would call a stop. */
export interface AuthMonEnd {
  readonly mac: Mac
  readonly token: string
  /** The name of RFC 2866 §5.10. */
  readonly cause: string
  /** To the device and from it, as RADIUS names them: openNDS says incoming for what comes to the device. */
  readonly octetsOut: bigint | null
  readonly octetsIn: bigint | null
  /** Seconds since the epoch, by the gateway's clock. */
  readonly startedAt: number | null
  readonly endedAt: number | null
}

/** It cuts what we answer at 1,024 characters and lets in four at a time: a page of the list is no more. */
const PAGE_ENTRIES = 4
const PAGE_CHARACTERS = 1_000
/** Acknowledgements of one page, with room for those of pages before. */
const ACKNOWLEDGED = 64

const CAUSES: Readonly<Record<string, string>> = {
  client_deauth: 'User-Request',
  idle_deauth: 'Idle-Timeout',
  timeout_deauth: 'Session-Timeout',
  downquota_deauth: 'NAS-Request',
  upquota_deauth: 'NAS-Request',
  ndsctl_deauth: 'Admin-Reset',
  shutdown_deauth: 'NAS-Reboot',
}

/** Null: not a request of AuthMon. */
export function readAuthMon(form: URLSearchParams): AuthMonRequest | null {
  const payload = Buffer.from(form.get('payload') ?? '', 'base64').toString('utf8')
  switch (form.get('auth_get')) {
    case 'clear':
      return { ask: 'clear' }
    case 'view':
    case 'list':
      return payload.startsWith('*')
        ? { ask: 'acknowledge', keys: keysIn(payload) }
        : { ask: 'list' }
    case 'deauthed': {
      const end = readEnd(payload)
      return end === null ? null : { ask: 'ended', end }
    }
    case 'custom':
      return { ask: 'custom' }
    default:
      return null
  }
}

function keysIn(payload: string): readonly string[] {
  const words = payload.split(/\s+/, ACKNOWLEDGED + 1)
  return words.filter((word) => /^[0-9a-f]{64}$/.test(word))
}

function readEnd(payload: string): AuthMonEnd | null {
  const fields = new Map<string, string>()
  for (const [, name = '', quoted, plain] of payload.matchAll(
    /([a-z_]{1,32})=(?:"([^"]{0,256})"|([^\s,"]{0,256}))/g,
  ))
    fields.set(name, (quoted ?? plain ?? '').trim())
  const mac = parseMac(fields.get('clientmac') ?? '')
  const token = fields.get('token') ?? ''
  if (mac === null || !/^[0-9a-f]{1,64}$/i.test(token)) return null
  const number = (name: string): number | null => {
    const text = fields.get(name) ?? ''
    return /^\d{1,15}$/.test(text) ? Number(text) : null
  }
  const octets = (name: string): bigint | null => {
    const value = number(name)
    return value === null ? null : BigInt(value)
  }
  return {
    mac,
    token,
    cause: CAUSES[fields.get('method') ?? ''] ?? 'NAS-Request',
    octetsOut: octets('bytes_incoming'),
    octetsIn: octets('bytes_outgoing'),
    startedAt: number('session_start'),
    endedAt: number('session_end'),
  }
}

/**
 * As many of those that wait as it can read at once. Each `turn` begins where the one before ended: what
 * the gateway does not know any more is never acknowledged, and must not stand before the others.
 */
export function authMonList(waiting: readonly PendingOpening[], turn: number): string {
  let page = '*'
  const pages = Math.ceil(waiting.length / PAGE_ENTRIES)
  const from = pages === 0 ? 0 : (turn % pages) * PAGE_ENTRIES
  for (const { line } of waiting.slice(from, from + PAGE_ENTRIES)) {
    const entry = ` ${encodeURIComponent(line)}`
    if (page.length + entry.length > PAGE_CHARACTERS) break
    page += entry
  }
  return page
}
