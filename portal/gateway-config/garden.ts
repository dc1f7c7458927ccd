import type { Place } from './place.ts'

/**
 * What a guest reaches by TCP before acceptance, and after it although it may be a private address or the port of
 * other resolvers: the portal, our resolver over TLS, signing in. Each once.
 */
export function openPorts({ centre, garden }: Pick<Place, 'centre' | 'garden'>): readonly {
  readonly address: string
  readonly port: string
}[] {
  const { address, portalUrl, encryptedDns } = centre
  const ours = [
    portalUrl.port || (portalUrl.protocol === 'https:' ? '443' : '80'),
    ...(encryptedDns === null ? [] : [encryptedDns.dotPort, encryptedDns.dohPort].map(String)),
  ]
  const all = [...ours.map((port) => `${address} ${port}`), ...garden.map((one) => `${one} 443`)]
  return [...new Set(all)].map((one) => {
    const [to = '', port = ''] = one.split(' ')
    return { address: to, port }
  })
}
