import { resolve } from 'node:path'
import { z } from 'zod'
import type { PublishTarget } from '../sealing/publish.ts'
import type { StepContext, Step } from './step.ts'
import { NO_STEP, byKey, stepOf } from './step.ts'

const publishUrl = z.string().transform((text, context) => {
  const url = URL.canParse(text) ? new URL(text) : null
  const loopback = ['localhost', '127.0.0.1', '[::1]'].includes(url?.hostname ?? '')
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && loopback)) return url.href
  context.addIssue(`"${text}" is not an https:// address`)
  return z.NEVER
})

/** `sealing: { publish: [ { file: PATH }, { url: https://… } ] }` */
export const sealingSchema = z.strictObject({
  publish: z
    .array(
      z
        .strictObject({
          file: z.string().min(1, 'is empty').optional(),
          url: publishUrl.optional(),
        })
        .refine(
          ({ file, url }) => (file === undefined) !== (url === undefined),
          'must have either file or url',
        ),
    )
    .max(8, 'has more than 8 places'),
})

/** Paths are relative to the file that names them. */
export function publishTargetsOf(
  sealing: z.output<typeof sealingSchema> | undefined,
  folder: string,
): readonly PublishTarget[] | undefined {
  return sealing?.publish.flatMap(({ file, url }): PublishTarget[] => [
    ...(file === undefined ? [] : [{ kind: 'file' as const, target: resolve(folder, file) }]),
    ...(url === undefined ? [] : [{ kind: 'url' as const, target: url }]),
  ])
}

/** Where seals are published. A place that is new gets all of them, from the first. */
export async function sealingStep({ kysely, declaration }: StepContext): Promise<Step> {
  if (declaration.sealing === undefined) return NO_STEP
  const present = await kysely
    .selectFrom('house.publish_target')
    .select(['kind', 'target'])
    .execute()
  const desired = declaration.sealing.map(({ kind, target }) => ({ kind, target }))
  return stepOf(
    {
      what: 'seals published to',
      present: byKey(present, ({ target }) => target),
      desired: byKey(desired, ({ target }) => target),
      complete: true,
    },
    {
      insert: (row) => kysely.insertInto('house.publish_target').values(row).execute(),
      update: ({ kind, target }) =>
        kysely
          .updateTable('house.publish_target')
          .set({ kind })
          .where('target', '=', target)
          .execute(),
      remove: ({ target }) =>
        kysely.deleteFrom('house.publish_target').where('target', '=', target).execute(),
    },
  )
}
