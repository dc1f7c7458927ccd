import { sourceAddress } from '#core/udp/source-address.ts'
import type { Source } from '../request.ts'

export function sourceOf(text: string, port: number): Source {
  const address = sourceAddress(text)
  if (address === null) throw new Error(`${text} is no address`)
  return { address, port }
}
