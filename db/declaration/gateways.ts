import type { Seal } from '#core/seal.ts'
import { openSecret, vendorOf } from '../gateways.ts'
import type { GatewayKind, GatewayVendor, SigningRule } from '../gateways.ts'
import { secretsOf } from './gateway-secret.ts'
import type { GatewaySecrets } from './gateway-secret.ts'
import { NO_STEP, byKey, stepOf } from './step.ts'
import type { Step, StepContext } from './step.ts'
import type { Declaration } from './read.ts'

type Site = NonNullable<Declaration['sites']>[number]

/** What is sealed in a gateway's row, and the context that binds it to its place. */
const SEALED = {
  secret: 'gateway',
  former_secret: 'former',
  fas_key: 'fas',
  radsec_psk: 'radsec',
  coa_secret: 'coa',
} as const

/** A row of house.gateway with its secrets in clear. */
interface GatewayRow extends GatewaySecrets {
  readonly [column: string]: string | number | null
  readonly name: string
  readonly site: string
  readonly address: string | null
  readonly kind: GatewayKind
  readonly vendor: GatewayVendor
  readonly fas_level: number | null
  readonly fas_key: string | null
  readonly radsec_certificate: string | null
  readonly radsec_name: string | null
  readonly radsec_authority: string | null
  readonly radsec_psk: string | null
  readonly coa_port: number | null
  readonly coa_secret: string | null
  readonly message_authenticator: SigningRule
}

/** The gateways of the declared places, each place's complete. */
export async function gatewayStep(context: StepContext): Promise<Step> {
  const { kysely, declaration, seal } = context
  if (declaration.sites === undefined) return NO_STEP
  const rows = await kysely
    .selectFrom('house.gateway as g')
    .innerJoin('house.site as s', 's.code', 'g.site')
    .selectAll('g')
    .select((eb) => [eb.cast<string | null>('g.address', 'text').as('address'), 's.provisional'])
    .execute()
  const codes = new Set(declaration.sites.map(({ code }) => code))
  const names = new Set(declaration.sites.flatMap((site) => site.gateways.map(({ name }) => name)))
  const isConcerned = (row: { site: string; name: string }): boolean =>
    codes.has(row.site) || names.has(row.name)
  tellTaken(
    context,
    rows.filter((row) => !isConcerned(row) && (context.provisional || !row.provisional)),
  )
  await tellUnknownAuthorities(context)
  const present = rows
    .filter(isConcerned)
    .map(({ provisional: _, former_secret_until: until, ...row }) =>
      withSecrets<GatewayRow>(
        { ...row, former_secret_until: until?.toISOString() ?? null },
        seal,
        openSecret,
      ),
    )
  const known = byKey(present, ({ name }) => name)
  const desired = declaration.sites.flatMap((site) =>
    site.gateways.map((gateway) => rowOf(site.code, gateway, known.get(gateway.name), context.now)),
  )
  const sealed = (row: GatewayRow): GatewayRow =>
    withSecrets(row, seal, (by, plain, where) => by.seal(plain, where))
  return stepOf(
    {
      what: 'gateway',
      present: known,
      desired: byKey(desired, ({ name }) => name),
      complete: true,
      hidden: Object.keys(SEALED),
    },
    {
      insert: (row) => kysely.insertInto('house.gateway').values(sealed(row)).execute(),
      insertAll: (rows) => kysely.insertInto('house.gateway').values(rows.map(sealed)).execute(),
      update: (row) =>
        kysely.updateTable('house.gateway').set(sealed(row)).where('name', '=', row.name).execute(),
      remove: ({ name }) => kysely.deleteFrom('house.gateway').where('name', '=', name).execute(),
    },
  )
}

function rowOf(
  site: string,
  gateway: Site['gateways'][number],
  present: GatewaySecrets | undefined,
  now: number,
): GatewayRow {
  const { name, address, secret, kind, fas, radsec, coa } = gateway
  const secrets = secretsOf(secret, gateway.former_secret, present, now)
  return {
    name,
    site,
    address: address ?? null,
    secret: secrets.secret,
    former_secret: secrets.former_secret,
    former_secret_until: secrets.former_secret_until,
    kind,
    vendor: gateway.vendor ?? coa?.vendor ?? vendorOf(kind),
    fas_level: fas?.level ?? null,
    fas_key: fas?.key ?? null,
    radsec_certificate: radsec?.certificate ?? null,
    radsec_name: radsec?.name ?? null,
    radsec_authority: radsec?.authority ?? null,
    radsec_psk: radsec?.psk ?? null,
    coa_port: coa?.port ?? null,
    coa_secret: coa?.secret ?? null,
    message_authenticator: gateway.message_authenticator,
  }
}

function withSecrets<R extends GatewayRow>(
  row: R,
  seal: Seal,
  turn: (seal: Seal, text: string, context: string) => string,
): R {
  const turned: Record<string, string> = {}
  for (const [column, context] of Object.entries(SEALED)) {
    const text = row[column]
    if (typeof text === 'string') turned[column] = turn(seal, text, `${context}:${row.name}`)
  }
  return { ...row, ...turned }
}

interface Taken {
  readonly name: string
  readonly site: string
  readonly address: string | null
  readonly radsec_certificate: string | null
  readonly radsec_name: string | null
  readonly radsec_authority: string | null
}

/** A packet must have one gateway: neither an address nor a certificate is two gateways'. */
function tellTaken({ declaration, problems }: StepContext, others: readonly Taken[]): void {
  for (const site of declaration.sites ?? []) {
    for (const gateway of site.gateways) {
      const { address, radsec } = gateway
      const say = (key: string, value: string, taken: Taken | undefined): void => {
        if (taken === undefined) return
        problems.push(
          `${declaration.origins.get(gateway)}.${key} ${value} belongs to the gateway "${taken.name}" of the place ${taken.site}`,
        )
      }
      if (address !== undefined) {
        say(
          'address',
          address,
          others.find((other) => other.address === address),
        )
      }
      if (radsec?.certificate !== undefined) {
        say(
          'radsec.certificate',
          radsec.certificate,
          others.find((other) => other.radsec_certificate === radsec.certificate),
        )
      }
      if (radsec?.name !== undefined) {
        say(
          'radsec.name',
          radsec.name,
          others.find(
            (other) =>
              other.radsec_name === radsec.name && other.radsec_authority === radsec.authority,
          ),
        )
      }
    }
  }
}

async function tellUnknownAuthorities(context: StepContext): Promise<void> {
  const { kysely, declaration, problems } = context
  const known = new Set(
    declaration.authorities === undefined
      ? (await kysely.selectFrom('house.authority').select('name').execute()).map((a) => a.name)
      : declaration.authorities.map(({ name }) => name),
  )
  for (const gateway of (declaration.sites ?? []).flatMap((site) => site.gateways)) {
    const authority = gateway.radsec?.authority
    if (authority === undefined || known.has(authority)) continue
    problems.push(
      `${declaration.origins.get(gateway)}.radsec.authority "${authority}" is not an authority that is declared`,
    )
  }
}
