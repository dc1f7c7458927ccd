import type { Seal } from '#core/seal.ts'

/** Where a declaration has secrets; `*` is any item of a list. */
const SECRET_PATHS = [
  'sites.*.gateways.*.secret',
  'sites.*.gateways.*.fas.key',
  'sites.*.gateways.*.radsec.psk',
  'sites.*.gateways.*.coa.secret',
  'sites.*.gateways.*.uam.secret',
  'sites.*.gateways.*.controller.api_key',
  'sites.*.gateways.*.controller.password',
  'accounts.*.password',
  'directories.*.bind_password',
  'home_servers.*.secret',
  'device_keys.*.passphrase',
  'sign_in.providers.*.client_secret',
  'lists.*.tsig.secret',
  'inventory.netbox.token',
  'inventory.netbox.webhook_secret',
  'alerts.channels.*.url',
  'alerts.channels.*.secret',
  'alerts.channels.*.password',
] as const
/** The last one stands in a file of its own. */
export type SecretPath = (typeof SECRET_PATHS)[number] | 'home_servers.*.radsec.key'

/** In front of a secret that only a house with the same master key can read. */
const SEALED = 'sealed:'

/**
 * A secret as `export` writes it. It counts at this path and nowhere else: whoever may change the file and not
 * read it cannot move a secret to where it would be shown, or sent to somebody.
 */
export function sealedValue(seal: Seal, path: SecretPath, plain: string): string {
  return SEALED + seal.seal(plain, contextOf(path))
}

export function isSealedValue(value: unknown): value is string {
  return typeof value === 'string' && value.startsWith(`${SEALED}a1.`)
}

/** Null: of another house, or of another place of the file. */
export function openSealedValue(seal: Seal, path: SecretPath, value: string): string | null {
  const opened = seal.open(value.slice(SEALED.length), contextOf(path))
  return opened === null ? null : Buffer.from(opened).toString('utf8')
}

export const UNREADABLE =
  'was sealed by another house, or for another place of the file: write the secret itself'

/**
 * Opens in place every sealed value of a parsed file, where there may be one. `seal` is asked for only where
 * there is: a file without them can be checked on a machine that has no key.
 */
export function openSealedValues(
  data: unknown,
  seal: () => Seal | null,
  say: (path: readonly PropertyKey[], what: string) => void,
): void {
  for (const path of SECRET_PATHS) {
    const steps = path.split('.')
    const last = steps.pop() ?? ''
    for (const [holder, where] of holdersAt(data, steps, [])) {
      const value = holder[last]
      if (!isSealedValue(value)) continue
      const known = seal()
      const opened = known === null ? null : openSealedValue(known, path, value)
      if (opened === null) say([...where, last], UNREADABLE)
      // What an account has is a hash, not a text.
      else holder[last] = path === 'accounts.*.password' ? (JSON.parse(opened) as unknown) : opened
    }
  }
}

type Holder = Record<string, unknown>

function holdersAt(
  value: unknown,
  steps: readonly string[],
  where: readonly PropertyKey[],
): readonly (readonly [Holder, readonly PropertyKey[]])[] {
  const [step, ...rest] = steps
  if (value === null || typeof value !== 'object') return []
  if (step === undefined) return [[value as Holder, where]]
  if (step !== '*') return holdersAt((value as Holder)[step], rest, [...where, step])
  return Array.isArray(value)
    ? value.flatMap((item, i) => holdersAt(item, rest, [...where, i]))
    : []
}

function contextOf(path: SecretPath): string {
  return `declared:${path}`
}
