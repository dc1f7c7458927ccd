import { createHmac } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { z } from 'zod'
import { AppError } from '#core/error.ts'
import { formatListenAddress } from '#core/listen.ts'
import { applyDeclaration } from '#db/declaration/apply.ts'
import { readDeclaration } from '#db/declaration/read.ts'
import { loadGateways } from '#db/gateways.ts'
import { loadOrganisation } from '#db/organisation.ts'
import type { House } from './house.ts'

const FOLDER = join(import.meta.dirname, '..', 'demo')

const tryThis = z.object({
  gateway: z.string(),
  username: z.string(),
  password: z.string(),
  blocked: z.string(),
})

/** Fills an empty house with the demonstration; returns whether it did. */
export async function applyDemo(house: House): Promise<boolean> {
  if ((await loadOrganisation(house.database)) !== null) return false
  const read = readDeclaration([join(FOLDER, 'house.yaml')])
  if (!read.ok) throw new AppError('demo', read.problems.join('\n'))
  await applyDeclaration(house.database, house.seal, read.declaration, {
    dryRun: false,
    actor: 'start',
    now: Date.now(),
    provisional: true,
  })
  return true
}

/**
 * Lines to paste, each of which works: null once the demonstration has given way to real places.
 * The first is a signed address as the demonstration's gateway would send a phone to.
 */
export async function demoLines(
  house: House,
): Promise<readonly (readonly [string, string])[] | null> {
  const { config, database } = house
  const provisional = await database.kysely
    .selectFrom('house.site')
    .select('code')
    .where('provisional', '=', true)
    .executeTakeFirst()
  if (provisional === undefined) return null
  const words = tryThis.parse(JSON.parse(readFileSync(join(FOLDER, 'try.json'), 'utf8')))
  const gateways = await loadGateways(database, house.seal)
  const gateway = gateways.find(({ name }) => name === words.gateway)
  if (gateway === undefined) return null
  const radius = formatListenAddress({ host: '127.0.0.1', port: config.radius.port })
  return [
    ['A guest opens the terms page (valid 10 minutes)', signedAddress(house, gateway)],
    [
      'A staff member signs in (RADIUS, PAP)',
      `echo 'User-Name=${words.username},User-Password=${words.password},Message-Authenticator=0x00' | radclient -x ${radius} auth ${gateway.secret}`,
    ],
    [
      'A staff laptop joins (802.1X, EAP-TTLS)',
      `eapol_test -c ${writeEapolTest(house, words)} -a 127.0.0.1 -p ${config.radius.port} -s ${gateway.secret}`,
    ],
    ['A blocked name', `dig @127.0.0.1 -p ${config.dns.port} ${words.blocked}`],
    ['Who was there', `npx accueil logs search --site ${gateway.site} --reason "first look"`],
  ]
}

function signedAddress({ config }: House, gateway: { name: string; secret: string }): string {
  const device = { mac: '02-AC-C0-E1-00-01', ip: '192.168.77.9' }
  const t = String(Math.floor(Date.now() / 1000))
  const signed = [gateway.name, device.mac, device.ip, t].join('\n')
  const sig = createHmac('sha256', gateway.secret).update(signed).digest('hex')
  const address = new URL('/guest', config.publicUrl)
  address.search = new URLSearchParams({ gateway: gateway.name, ...device, t, sig }).toString()
  return address.href
}

function writeEapolTest({ config }: House, words: z.output<typeof tryThis>): string {
  const folder = join(config.dataDir, 'demo')
  mkdirSync(folder, { recursive: true })
  const file = join(folder, 'eapol_test.conf')
  const lines = [
    'network={',
    '  key_mgmt=WPA-EAP',
    '  eap=TTLS',
    '  phase2="auth=PAP"',
    '  anonymous_identity="anonymous"',
    `  identity="${words.username}"`,
    `  password="${words.password}"`,
    `  ca_cert="${caFile(config.dataDir)}"`,
    '}',
  ]
  writeFileSync(file, `${lines.join('\n')}\n`)
  const near = relative(process.cwd(), file)
  return near.startsWith('..') ? resolve(file) : near
}

/** Where the root that devices must trust for 802.1X is written at each start. */
export function caFile(dataDir: string): string {
  return join(dataDir, 'eap-ca.pem')
}
