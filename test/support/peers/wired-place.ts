import { join } from 'node:path'
import { startHostapd } from './hostapd.ts'
import type { Hostapd } from './hostapd.ts'
import { connect, createNamespace, freeUplink, hostDevice } from './namespaces.ts'
import type { Namespace } from './namespaces.ts'
import type { Product } from './product.ts'
import type { RunFolder } from './run-folder.ts'
import { startSupplicant } from './wpa-supplicant.ts'
import type { Supplicant } from './wpa-supplicant.ts'

/** Of gw-0043, in the suite's house. */
export const WIRED_SECRET = 's3cret-of-0043'

/** A laptop on a cable to gw-0043: wpa_supplicant and hostapd, each in a namespace of its own. */
export interface WiredPlace extends AsyncDisposable {
  readonly hostapd: Hostapd
  readonly supplicant: Supplicant
  readonly gateway: Namespace
  /** Of the product, as the gateway reaches it. */
  readonly productAddress: string
  /** Of the gateway, as the product reaches it. */
  readonly gatewayAddress: string
}

export async function startWiredPlace(o: {
  readonly product: Product
  readonly folder: RunFolder
  /** Of its namespaces and its device; short. */
  readonly name: string
  readonly laptopMac: string
  /** The third octet from which an uplink is looked for. */
  readonly uplink: number
  /** Whether hostapd takes CoA and Disconnect. */
  readonly das?: boolean
}): Promise<WiredPlace> {
  const { product, folder, name } = o
  await using undone = new AsyncDisposableStack()
  const laptop = undone.use(await createNamespace(`${name}-laptop`))
  const gateway = undone.use(await createNamespace(`${name}-gateway`))
  const uplink = freeUplink(o.uplink)
  await connect(
    { namespace: laptop, device: 'eth0', mac: o.laptopMac },
    { namespace: gateway, device: 'lan0' },
  )
  await connect(
    { namespace: gateway, device: 'wan0', address: `${uplink.gateway}/30` },
    { namespace: null, device: hostDevice(name), address: `${uplink.ours}/30` },
  )
  const hostapd = undone.use(
    await startHostapd({
      folder,
      namespace: gateway,
      device: 'lan0',
      nasIdentifier: 'gw-0043',
      radius: {
        address: uplink.ours,
        authPort: product.ports.radius,
        acctPort: product.ports.radiusAcct,
        secret: WIRED_SECRET,
      },
      interimSeconds: 2,
      ...(o.das === true && { das: { port: 3799, client: uplink.ours, secret: WIRED_SECRET } }),
    }),
  )
  const supplicant = undone.use(
    await startSupplicant({
      folder,
      namespace: laptop,
      device: 'eth0',
      identity: 'bob',
      password: 'hello',
      caFile: join(product.dataDir, 'eap-ca.pem'),
    }),
  )
  const running = undone.move()
  const ends = {
    hostapd,
    supplicant,
    gateway,
    productAddress: uplink.ours,
    gatewayAddress: uplink.gateway,
  }
  return { ...ends, [Symbol.asyncDispose]: () => running.disposeAsync() }
}
