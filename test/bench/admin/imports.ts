import { scriptedNetBox, NETBOX_TOKEN } from '#db/inventory/testing/scripted-netbox.ts'
import { createProduct } from '../../support/peers/product.ts'
import type { Product } from '../../support/peers/product.ts'
import type { RunFolder } from '../../support/peers/run-folder.ts'

const PLACES = 2333
const ASSOCIATIONS = 112

export interface Timed {
  readonly what: string
  readonly seconds: number
}

/** All places of the country from a table, from NetBox, and once more without a change; each a command of its own. */
export async function measureImports(folder: RunFolder): Promise<readonly Timed[]> {
  return [...(await fromTable(folder)), ...(await fromNetBox(folder))]
}

async function fromTable(folder: RunFolder): Promise<readonly Timed[]> {
  await using product = await createProduct(folder, { upstream: '127.0.0.1:1' })
  await must(product, 'migrate')
  await must(product, 'apply', folder.write('import-house.yaml', associations()))
  const file = folder.write('places.csv', table())
  const imported = await timed('sites import of a CSV', product, 'sites', 'import', file)
  const again = await timed('the same CSV again', product, 'sites', 'import', file)
  const whole = folder.write('whole-house.yaml', '')
  await must(product, 'export', '--out', whole)
  const same = await timed('apply of the whole organisation, no change', product, 'apply', whole)
  return [imported, again, same]
}

async function fromNetBox(folder: RunFolder): Promise<readonly Timed[]> {
  await using netbox = await scriptedNetBox()
  netbox.places = Array.from({ length: PLACES }, (_, n) => ({
    ...{ slug: code(n), name: `Centre ${n}`, tenant: association(n), gateway: `gw-${code(n)}` },
    ...{ guest: subnet(n, 0), staff: subnet(n, 128), address: `100.64.${n >> 8}.${n & 255}` },
  }))
  await using product = await createProduct(folder, { upstream: '127.0.0.1:1' })
  await must(product, 'migrate')
  const inventory = `inventory: { netbox: { url: "${netbox.url}/api/", token: ${NETBOX_TOKEN} } }\n`
  await must(product, 'apply', folder.write('netbox-house.yaml', associations() + inventory))
  const accept = ['inventory', 'accept', '--reason', 'bench'] as const
  return [
    await timed('inventory accept of a NetBox', product, ...accept),
    await timed('the same NetBox again', product, ...accept),
  ]
}

async function must(product: Product, ...words: readonly string[]): Promise<string> {
  const done = await product.command(...words)
  if (done.code !== 0) throw new Error(`${words.join(' ')}: ${done.stdout}${done.stderr}`)
  return done.stdout
}

async function timed(what: string, product: Product, ...words: readonly string[]): Promise<Timed> {
  const began = performance.now()
  const said = await must(product, ...words)
  const seconds = (performance.now() - began) / 1000
  console.log(`# ${what}: ${said.trim().split('\n').at(-1)} ${seconds.toFixed(1)} s`)
  return { what, seconds }
}

function associations(): string {
  const rows = Array.from(
    { length: ASSOCIATIONS },
    (_, n) => `  - { code: "${association(n)}", name: AD ${n} }`,
  )
  return `version: 1\nassociations:\n${rows.join('\n')}\n`
}

function table(): string {
  const lines = Array.from({ length: PLACES }, (_, n) =>
    [code(n), `Centre ${n}`, association(n), 'Europe/Paris', subnet(n, 0), subnet(n, 128), 20]
      .concat([`gw-${code(n)}`, `100.64.${n >> 8}.${n & 255}`, 'generic'])
      .join(';'),
  )
  const head =
    'code;name;association;timezone;guest_subnets;staff_subnets;staff_vlan;gateway;address;kind'
  return `${[head, ...lines].join('\n')}\n`
}

const code = (n: number): string => `${association(n)}-${1000 + n}`
const association = (n: number): string => String((n % ASSOCIATIONS) + 1).padStart(3, '0')
const subnet = (n: number, low: number): string => `10.${100 + (n >> 8)}.${n & 255}.${low}/25`
