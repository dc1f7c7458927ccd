import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { AppError } from '#core/error.ts'
import { parseAddress } from '#core/ip.ts'
import { openBatchSocket } from './batch-socket.ts'
import { openDgramSocket } from './dgram-socket.ts'
import { loadNative } from './native-module.ts'
import type { Loaded } from '#core/native-module.ts'
import type { NativeUdp } from './native-module.ts'
import type { UdpOptions, UdpSocket } from './udp-socket.ts'

export const UDP_LAYERS = ['native', 'dgram'] as const
export type UdpLayerName = (typeof UDP_LAYERS)[number]

export interface UdpLayer {
  readonly name: UdpLayerName
  /** Why it is not the native one. */
  readonly reason: string | null
  /** Rejects with an error that carries the system's code, such as EADDRINUSE. */
  open(options: UdpOptions): Promise<UdpSocket>
}

/** `wanted` null: the best there is. Throws when the native one is demanded and cannot be had. */
export function chooseUdpLayer(
  wanted: UdpLayerName | null,
  load: () => Loaded<NativeUdp> = loadNative,
): UdpLayer {
  if (wanted === 'dgram') return dgramLayer('ACCUEIL_UDP_LAYER says so')
  const loaded = load()
  if (!loaded.ok && wanted === 'native') {
    throw new AppError(
      'udp.layer',
      `ACCUEIL_UDP_LAYER is native, but ${loaded.reason}; build it, or leave the variable out to use node:dgram`,
    )
  }
  if (!loaded.ok) return dgramLayer(loaded.reason)
  return {
    name: 'native',
    reason: null,
    async open(options) {
      return openBatchSocket(loaded.native, await addressOf(options.host), options)
    },
  }
}

function dgramLayer(reason: string): UdpLayer {
  return {
    name: 'dgram',
    reason,
    async open(options) {
      const host = await numeric(options.host)
      return openDgramSocket(isIP(host) === 6, { ...options, host })
    },
  }
}

async function numeric(host: string): Promise<string> {
  return isIP(host) === 0 ? (await lookup(host)).address : host
}

async function addressOf(host: string): Promise<Uint8Array> {
  const text = await numeric(host)
  const bytes = parseAddress(text)
  if (bytes === null) throw new AppError('udp.address', `${text} is not an address`)
  return bytes
}
