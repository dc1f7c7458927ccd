import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { isIPv4, isIPv6 } from 'node:net'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { AppError, reasonOf } from '#core/error.ts'
import { writeAudit } from '#db/audit.ts'
import { ensureGenerations } from '#db/own-authority.ts'
import { cliActor } from './apply.ts'
import { KIND_LIST, isKindName, placeFiles } from '../portal/gateway-config/kinds.ts'
import type { GatewayCertificate } from '../portal/gateway-config/kinds.ts'
import { loadPlace } from '../portal/gateway-config/load.ts'
import type { PlaceWish } from '../portal/gateway-config/load.ts'
import { requireMigrated, withHouse } from './house.ts'
import { UsageError } from './run.ts'

/** The kernel's longest name of a device, without anything that a shell or nft would read. */
const DEVICE = /^[A-Za-z][\w.-]{0,14}$/

const text = { type: 'string' } as const
const OPTIONS = {
  ...{
    kind: text,
    out: text,
    gateway: text,
    centre: text,
    centre6: text,
    certificate: text,
    key: text,
  },
  ...{ lan: text, wan: text, staff: text, wifi: text, wired: text, 'encrypted-dns': text },
  garden: { type: 'string', multiple: true },
} as const

/** Writes the folder of a place's gateway, and who did so into the audit: it holds the gateway's secrets. */
export async function runGatewayConfig(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: OPTIONS,
  })
  const [code, more] = positionals
  if (code === undefined || more !== undefined) throw new UsageError('give the code of one place')
  const { kind, out } = values
  if (kind === undefined || !isKindName(kind)) {
    throw new UsageError(`--kind must be one of ${KIND_LIST}`)
  }
  if (out === undefined) throw new UsageError('--out DIR is missing')
  const wish: PlaceWish = {
    ...{ code, kind, gateway: values.gateway ?? null, garden: values.garden ?? [] },
    centre: addressOf('centre', values.centre, isIPv4),
    centre6: addressOf('centre6', values.centre6, isIPv6),
    encryptedDns: values['encrypted-dns'] ?? null,
    devices: devicesOf(values),
  }
  const certificate = certificateOf(values.certificate, values.key)
  return withHouse('gateway config', async (house) => {
    await requireMigrated(house.database)
    const radius = await house.as('radius', 1)
    const place = await loadPlace(
      {
        ...{ config: house.config, seal: house.seal, database: await house.as('portal', 1) },
        generations: () => ensureGenerations(radius, house.seal, Date.now),
      },
      wish,
    )
    const files = placeFiles(kind, place, certificate)
    const auditor = await house.as('operator', 1)
    await writeAudit(auditor.kysely, {
      actor: cliActor(),
      action: 'gateway.config',
      subject: place.gateway.name,
      reason: null,
      details: { site: code, kind },
    })
    writeFolder(out, files)
    console.log(files.map(({ name }) => join(out, name)).join('\n'))
    console.error(`accueil: ${out} holds the secrets of ${place.gateway.name}; see its README.md`)
    return 0
  })
}

function devicesOf(
  values: Readonly<Partial<Record<'lan' | 'wan' | 'staff' | 'wifi' | 'wired', string>>>,
): PlaceWish['devices'] {
  const { wifi, wired } = values
  if (wifi !== undefined && wired !== undefined) {
    throw new UsageError('--wifi and --wired are two ways of 802.1X: give one')
  }
  const device = (name: 'lan' | 'wan' | 'staff', fallback: string): string =>
    deviceOf(name, values[name] ?? fallback)
  return {
    ...{ lan: device('lan', 'br-guest'), wan: device('wan', 'eth0') },
    staff: device('staff', 'br-staff'),
    dot1x:
      wifi !== undefined
        ? { device: deviceOf('wifi', wifi), driver: 'nl80211' }
        : wired !== undefined
          ? { device: deviceOf('wired', wired), driver: 'wired' }
          : null,
  }
}

function deviceOf(option: string, name: string): string {
  if (DEVICE.test(name)) return name
  throw new UsageError(`--${option} "${name}" is not the name of a network device, such as eth0`)
}

function addressOf(
  option: string,
  address: string | undefined,
  isRight: (text: string) => boolean,
): string | null {
  if (address === undefined) return null
  if (isRight(address)) return address
  throw new UsageError(
    `--${option} "${address}" is not an IPv${isRight === isIPv6 ? 6 : 4} address`,
  )
}

function certificateOf(
  certificate: string | undefined,
  key: string | undefined,
): GatewayCertificate | null {
  if (certificate === undefined && key === undefined) return null
  if (certificate === undefined || key === undefined) {
    throw new UsageError('--certificate and --key go together')
  }
  return { pem: pemOf(certificate, 'CERTIFICATE'), keyPem: pemOf(key, 'PRIVATE KEY') }
}

function pemOf(file: string, what: string): string {
  let content: string
  try {
    content = readFileSync(file, 'utf8')
  } catch (thrown) {
    throw new AppError('place', `${file} cannot be read: ${reasonOf(thrown)}`, { cause: thrown })
  }
  if (content.includes(`${what}-----`)) return content
  throw new AppError('place', `${file} holds no ${what} in PEM`)
}

/** Of the owner alone: nobody else on this machine reads the secrets. */
function writeFolder(
  out: string,
  files: readonly { readonly name: string; readonly text: string; readonly mode?: string }[],
): void {
  try {
    mkdirSync(out, { recursive: true, mode: 0o700 })
    chmodSync(out, 0o700)
    for (const { name, text: content, mode = '0644' } of files) {
      const file = join(out, name)
      writeFileSync(file, content, { mode: 0o600 })
      chmodSync(file, Number.parseInt(mode, 8))
    }
  } catch (thrown) {
    throw new AppError('place', `${out} cannot be written: ${reasonOf(thrown)}`, { cause: thrown })
  }
}
