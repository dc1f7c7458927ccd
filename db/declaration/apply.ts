import { sql } from 'kysely'
import { AppError } from '#core/error.ts'
import type { Seal } from '#core/seal.ts'
import { writeAudit } from '../audit.ts'
import type { Database } from '../connection.ts'
import { alertChannelStep, openingStep } from './alerts.ts'
import { deviceCaStep, revokedStep } from './device-cas.ts'
import { deviceKeyStep } from './device-keys.ts'
import { enrolmentStep } from './enrolment.ts'
import { formatChange } from './difference.ts'
import type { Change } from './difference.ts'
import { directoryStep } from './directories.ts'
import { listStep, ruleStep } from './filtering.ts'
import { filterDeviceStep, filterStep } from './filters.ts'
import { gatewaySettingsStep } from './gateway-settings.ts'
import { gatewayStep } from './gateways.ts'
import { inventoryStep } from './inventory.ts'
import { legalStep } from './legal.ts'
import { withoutManagedElsewhere } from './managed.ts'
import { organisationStep } from './organisation.ts'
import { accountStep, termsStep } from './people.ts'
import { associationStep, networkStep, siteStep } from './places.ts'
import { authorityStep } from './radsec.ts'
import { policyStep } from './policies.ts'
import { homeServerStep, realmStep } from './proxying.ts'
import type { OwnRadius } from './proxying.ts'
import { stretch, unheard } from '../progress.ts'
import type { Progress } from '../progress.ts'
import type { Declaration } from './read.ts'
import { recordChanges } from './record-changes.ts'
import { retentionStep } from './retention.ts'
import { roleStep } from './roles.ts'
import { sealingStep } from './sealing.ts'
import { signInProviderStep, walledGardenStep } from './sign-in.ts'

export interface ApplyOptions {
  /** Everything is done, and undone: what the database would refuse is found too. */
  readonly dryRun: boolean
  /** For the audit. */
  readonly actor: string
  readonly now: number
  /** The places declared here give way to the first declaration that is not provisional. */
  readonly provisional?: boolean
  /** Where this machine takes RADIUS: no home server may be itself. */
  readonly own?: OwnRadius
  /** What pages and commands manage is changed too, and stays theirs. */
  readonly takesOver?: boolean
  /** Of a difference that it does not agree to nothing is done, as of a dry run. */
  readonly agreed?: (changes: readonly Change[]) => boolean
  readonly progress?: Progress
}

/** The declaration does not fit what the database holds; `problems` names each misfit. */
export class DeclarationError extends AppError {
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super('declaration', problems.join('\n'))
    this.problems = problems
  }
}

// A thing stands after what it refers to.
const STEPS = [
  organisationStep,
  associationStep,
  siteStep,
  networkStep,
  authorityStep,
  gatewayStep,
  gatewaySettingsStep,
  termsStep,
  legalStep,
  listStep,
  filterDeviceStep,
  filterStep,
  ruleStep,
  policyStep,
  accountStep,
  directoryStep,
  homeServerStep,
  realmStep,
  deviceCaStep,
  revokedStep,
  deviceKeyStep,
  enrolmentStep,
  sealingStep,
  retentionStep,
  openingStep,
  alertChannelStep,
  roleStep,
  signInProviderStep,
  walledGardenStep,
  inventoryStep,
] as const

/** Makes the database as declared, in one transaction; returns what was (or would be) changed. */
export async function applyDeclaration(
  database: Database,
  seal: Seal,
  whole: Declaration,
  options: ApplyOptions,
): Promise<readonly Change[]> {
  const undo = new Error('dry run')
  const { progress = unheard } = options
  const [compared, written] = [stretch(progress, 0, 0.5), stretch(progress, 0.5, 1)]
  let changes: readonly Change[] = []
  try {
    await database.kysely.transaction().execute(async (kysely) => {
      // Two administrators at once would each compare with what the other is about to change.
      await sql`select pg_advisory_xact_lock(hashtextextended('apply', 0))`.execute(kysely)
      const problems: string[] = []
      const provisional = options.provisional ?? false
      const { now, actor, own } = options
      const said = options.takesOver === true ? whole : await withoutManagedElsewhere(kysely, whole)
      const context = { kysely, declaration: said, seal, now, actor, provisional, own, problems }
      const steps = []
      for (const step of STEPS) {
        steps.push(await step(context))
        compared(steps.length / STEPS.length)
      }
      if (problems.length > 0) throw new DeclarationError(problems)
      for (const [i, step] of steps.entries()) {
        await step.write()
        written((i + 1) / steps.length)
      }
      // Last: a gateway that moves to another place must not go with the place it leaves.
      for (const step of steps.toReversed()) await step.remove()
      changes = steps.flatMap((step) => step.changes)
      if (options.dryRun || options.agreed?.(changes) === false) throw undo
      if (changes.length === 0) return
      await recordChanges(kysely, changes, options.actor)
      await writeAudit(kysely, {
        actor: options.actor,
        action: 'apply',
        subject: 'house',
        reason: null,
        details: { changes: changes.map(formatChange) },
      })
    })
  } catch (thrown) {
    if (thrown !== undo) throw thrown
  }
  return changes
}
