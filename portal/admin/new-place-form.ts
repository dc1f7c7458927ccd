import { isIP } from 'node:net'
import { parsePrefix } from '#core/ip.ts'
import type { NewNetwork } from '#db/admin/set-up.ts'
import { code, line } from '../api/admin/schemas.ts'
import { OWN_KINDS } from '../new-gateway.ts'
import type { OwnKind } from '../new-gateway.ts'
import type { SetUpText } from '../text/set-up-fr.ts'

export interface NewPlace {
  readonly code: string
  readonly name: string
  readonly association: string
  readonly networks: readonly NewNetwork[]
  /** Null: the place alone. */
  readonly gateway: {
    readonly kind: OwnKind
    /** CIDR; null: by RadSec. */
    readonly address: string | null
  } | null
}

export type Mistake = keyof SetUpText['wrong']

const SSID_OCTETS = 32
/** As `gateway config` needs it: room for leases, and a firewall that is not too long. */
const WIDEST = 20
const NARROWEST = 28

/** What was written into the form, or all that is wrong with it at once. */
export function readNewPlace(
  form: URLSearchParams,
):
  | { readonly ok: true; readonly wish: NewPlace }
  | { readonly ok: false; readonly wrong: readonly Mistake[] } {
  const wrong = new Set<Mistake>()
  const text = (name: string): string => (form.get(name) ?? '').trim()
  if (!code.safeParse(text('code')).success) wrong.add('code')
  if (!line.safeParse(text('name')).success) wrong.add('name')
  const networks = (['guest', 'staff'] as const).flatMap((kind) =>
    networkOf(kind, (field) => text(`${kind}-${field}`), wrong),
  )
  const kind = OWN_KINDS.find((one) => one === text('kind')) ?? null
  const address =
    kind === null || text('reach') === 'radsec' ? null : addressOf(text('address'), wrong)
  if (kind !== null && !networks.some((network) => network.kind === 'guest')) wrong.add('noGuests')
  if (wrong.size > 0) return { ok: false, wrong: [...wrong] }
  const place = { code: text('code'), name: text('name'), association: text('association') }
  return {
    ok: true,
    wish: { ...place, networks, gateway: kind === null ? null : { kind, address } },
  }
}

function networkOf(
  kind: NewNetwork['kind'],
  text: (field: string) => string,
  wrong: Set<Mistake>,
): readonly NewNetwork[] {
  const subnet = text('subnet')
  if (subnet === '') return []
  const prefix = parsePrefix(subnet)
  const isRight =
    prefix !== null &&
    prefix.bytes.length === 4 &&
    prefix.length >= WIDEST &&
    prefix.length <= NARROWEST
  if (!isRight) wrong.add('subnet')
  const ssid = text('ssid')
  if (Buffer.byteLength(ssid) > SSID_OCTETS || /\p{Cc}/u.test(ssid)) wrong.add('ssid')
  const vlan = text('vlan')
  if (vlan !== '' && !(/^\d{1,4}$/.test(vlan) && Number(vlan) >= 1 && Number(vlan) <= 4094)) {
    wrong.add('vlan')
  }
  return [
    { kind, subnet, ssid: ssid === '' ? null : ssid, vlan: vlan === '' ? null : Number(vlan) },
  ]
}

function addressOf(address: string, wrong: Set<Mistake>): string | null {
  const family = isIP(address)
  if (family === 0) wrong.add(address === '' ? 'noAddress' : 'address')
  return family === 0 ? null : `${address}/${family === 4 ? 32 : 128}`
}
