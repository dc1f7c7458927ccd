import { entryPath } from '#db/gateway-entry.ts'
import { loadGateways } from '#db/gateways.ts'
import { withHouseAs } from './house.ts'
import { UsageError } from './run.ts'

/** Prints the gateway's own address at the portal, which is to be entered at the gateway. */
export async function runGatewayAddress(args: readonly string[]): Promise<number> {
  const [name, more] = args
  if (name === undefined || more !== undefined) throw new UsageError('give the name of one gateway')
  const address = await withHouseAs('portal', 'gateway address', async (house) => {
    const gateways = await loadGateways(house.database, house.seal)
    const gateway = gateways.find((one) => one.name === name)
    if (gateway === undefined) throw new UsageError(`"${name}" is not a gateway that is declared`)
    return new URL(entryPath(gateway), house.config.publicUrl).href
  })
  console.log(address)
  return 0
}
